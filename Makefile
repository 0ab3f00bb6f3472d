# mnemod: one Makefile, no configure.  B is the build directory.
#
#   make            the programs, in $(B)
#   make demo       the main job on tests/data (installs missing packages)
#   make check      the tests (installs missing packages)
#   make check-asan the tests under AddressSanitizer and UBSan
#   make lint bench install uninstall clean

VERSION		= 0.1.0
PREFIX		?= /usr/local
SBINDIR		?= $(PREFIX)/sbin
LIBEXECDIR	?= $(PREFIX)/libexec
MANDIR		?= $(PREFIX)/share/man
CC		?= gcc

# A goal that ends in -asan builds everything with sanitizers, in a
# directory of its own.
ifneq ($(filter %-asan,$(MAKECMDGOALS)),)
SAN		= -fsanitize=address,undefined -fno-sanitize-recover=all
B		?= build/asan
HARD		= -O1 -g -fno-omit-frame-pointer $(SAN)
else
B		?= build
HARD		= -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
		  -fstack-clash-protection -fcf-protection=full
ifeq ($(findstring clang,$(CC)),)
HARD		+= -ftrivial-auto-var-init=zero
endif
endif

CSTD		= -std=c17 -D_GNU_SOURCE
WARN		= -Wall -Wextra -Wformat=2 -Wshadow -Wstrict-prototypes \
		  -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
		  -Wpointer-arith -Wcast-qual -Wundef -Wvla -Wconversion \
		  -Wsign-conversion -Wnull-dereference -Wswitch-enum \
		  -Wimplicit-fallthrough -Wdate-time
ifeq ($(findstring clang,$(CC)),)
WARN		+= -Wlogical-op -Wduplicated-cond -Wduplicated-branches
endif
DEFS		= -DMNEMOD_VERSION='"$(VERSION)"'
INCS		= -I. -Icommon
MYCFLAGS	= $(CSTD) $(WARN) $(WERROR) $(HARD) -fPIE $(DEFS) $(INCS) \
		  -ffile-prefix-map=$(CURDIR)/= $(PKG_CFLAGS)
MYLDFLAGS	= -pie $(SAN) -Wl,-z,relro,-z,now -Wl,--as-needed

# Packages: named and, for demo and check, installed by tests/packages.sh,
# which writes the flags of each library.  make reads them and starts over.
INSTALL_GOALS	= demo check check-asan lint bench
ifeq ($(filter-out clean uninstall,$(or $(MAKECMDGOALS),all)),)
else
include $(B)/packages.mk
endif
$(B)/packages.mk: tests/packages.sh
	@mkdir -p $(@D)
	@sh tests/packages.sh $@ \
	    $(if $(filter $(INSTALL_GOALS),$(MAKECMDGOALS)),install,name)

# Sources.  A directory is a part; a worker's role has its own folder.
COMMON		= $(wildcard common/*.c)
SUPERVISOR	= $(wildcard supervisor/*.c)
WORKER		= $(wildcard worker/*.c)
EXTRACT		= $(wildcard worker/extract/*.c)
CONSOLIDATE	= $(wildcard worker/consolidate/*.c)
WORKSPACE	= $(wildcard worker/workspace/*.c)
UNITS		= $(patsubst tests/%.c,%,$(wildcard tests/check_*.c))
SCRIPTS		= $(sort $(wildcard tests/t-*.sh))

objs		= $(patsubst %.c,$(B)/obj/%.o,$(1))
LIBCOMMON	= $(call objs,$(filter-out common/hook.c,$(COMMON)))
LIBWORKER	= $(B)/libworker.a
HOOK		= $(B)/obj/common/hook.o
HOOK_TEST	= $(B)/obj/tests/hook_test.o

L_COMMON	= $(PKG_JSON) $(PKG_BSD)
L_WORKER	= $(L_COMMON) $(PKG_SECCOMP) $(PKG_PCRE2)
L_SUPERVISOR	= $(L_COMMON) $(PKG_SQLITE) $(PKG_CONFUSE)
L_EXTRACT	= $(L_WORKER) $(PKG_ZSTD) $(PKG_XXHASH)
L_CONSOLIDATE	= $(L_WORKER)
L_WORKSPACE	= $(L_WORKER) $(PKG_GIT2)

PROGRAMS	= mnemod libexec/mnemod-extract libexec/mnemod-agent \
		  libexec/mnemod-wspace
BIN		= $(addprefix $(B)/,$(PROGRAMS))
TESTBIN		= $(addprefix $(B)/test/,$(PROGRAMS))

.PHONY: all check check-units check-scripts check-asan lint demo bench \
    install uninstall clean crash-points
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BIN)

# link = objects, libraries; the hook object makes the difference between
# what is installed and what tests run.
link		= @mkdir -p $(@D); echo "LD $@"; \
		  $(CC) $(MYLDFLAGS) $(LDFLAGS) -o $@ $(1) $(2)

O_SUPERVISOR	= $(call objs,$(SUPERVISOR)) $(LIBCOMMON)
O_EXTRACT	= $(call objs,$(EXTRACT)) $(LIBWORKER) $(LIBCOMMON)
O_CONSOLIDATE	= $(call objs,$(CONSOLIDATE)) $(LIBWORKER) $(LIBCOMMON)
O_WORKSPACE	= $(call objs,$(WORKSPACE)) $(LIBWORKER) $(LIBCOMMON)

$(B)/mnemod: $(O_SUPERVISOR) $(HOOK)
	$(call link,$(O_SUPERVISOR) $(HOOK),$(L_SUPERVISOR))
$(B)/libexec/mnemod-extract: $(O_EXTRACT) $(HOOK)
	$(call link,$(O_EXTRACT) $(HOOK),$(L_EXTRACT))
$(B)/libexec/mnemod-agent: $(O_CONSOLIDATE) $(HOOK)
	$(call link,$(O_CONSOLIDATE) $(HOOK),$(L_CONSOLIDATE))
$(B)/libexec/mnemod-wspace: $(O_WORKSPACE) $(HOOK)
	$(call link,$(O_WORKSPACE) $(HOOK),$(L_WORKSPACE))

$(B)/test/mnemod: $(O_SUPERVISOR) $(HOOK_TEST)
	$(call link,$(O_SUPERVISOR) $(HOOK_TEST),$(L_SUPERVISOR))
$(B)/test/libexec/mnemod-extract: $(O_EXTRACT) $(HOOK_TEST)
	$(call link,$(O_EXTRACT) $(HOOK_TEST),$(L_EXTRACT))
$(B)/test/libexec/mnemod-agent: $(O_CONSOLIDATE) $(HOOK_TEST)
	$(call link,$(O_CONSOLIDATE) $(HOOK_TEST),$(L_CONSOLIDATE))
$(B)/test/libexec/mnemod-wspace: $(O_WORKSPACE) $(HOOK_TEST)
	$(call link,$(O_WORKSPACE) $(HOOK_TEST),$(L_WORKSPACE))

$(LIBWORKER): $(call objs,$(WORKER))
	@rm -f $@; ar Dcr $@ $^

$(B)/obj/%.o: %.c
	@mkdir -p $(@D); echo "CC $<"
	@$(CC) $(MYCFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# A unit program links everything that its first line names:
# /* links: supervisor/restart.c */
links		= $(patsubst %.c,$(B)/obj/%.o,$(shell sed -n \
		  '1s,^/\* links: \(.*\) \*/$$,\1,p' tests/$(1).c))
define UNIT
$(B)/test/$(1): $(B)/obj/tests/$(1).o $(call links,$(1)) $(LIBWORKER) \
    $(LIBCOMMON) $(HOOK_TEST)
	$$(call link,$$^,$(L_EXTRACT) $(PKG_GIT2) $(PKG_SQLITE) \
	    $(PKG_CONFUSE) $(PKG_CHECK))
endef
$(foreach u,$(UNITS),$(eval $(call UNIT,$(u))))

# Programs that only tests use.
$(B)/test/fakeworker: $(B)/obj/tests/fakeworker.o $(LIBCOMMON) $(HOOK_TEST)
	$(call link,$^,$(L_COMMON))
CORE		= loop child children process dispatch request liveness \
		  spawn exe reap stop restart errlog ratelimit
$(B)/test/supdriver: $(B)/obj/tests/supdriver.o \
    $(patsubst %,$(B)/obj/supervisor/%.o,$(CORE)) $(LIBCOMMON) $(HOOK_TEST)
	$(call link,$^,$(L_COMMON))
TESTPROGS	= $(addprefix $(B)/test/,$(UNITS) fakeworker supdriver)

check: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) sh tests/run.sh $(UNITS) -- $(SCRIPTS)
check-units: $(TESTPROGS)
	@B=$(B) sh tests/run.sh $(UNITS) --
check-scripts: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) sh tests/run.sh -- $(SCRIPTS)
check-asan: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) SANITIZED=1 sh tests/run.sh $(UNITS) -- $(SCRIPTS)

demo: all $(TESTBIN)
	@B=$(B) sh tests/demo.sh

clean:
	rm -rf $(B)
