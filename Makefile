# mnemod: one Makefile, no configure.  B is the build directory.
#
#   make            the programs, in $(B)
#   make demo       the main job on tests/data (installs missing packages)
#   make check      the tests (installs missing packages)
#   make check-asan the tests under AddressSanitizer and UBSan
#   make cover      the lines and error paths that the tests do not reach
#   make check-compilers check-valgrind check-long soak: what takes long
#   make lint bench fuzz cross deb install uninstall clean

.DEFAULT_GOAL	= all

VERSION		= 0.1.0
PREFIX		?= /usr/local
BINDIR		?= $(PREFIX)/bin
SBINDIR		?= $(PREFIX)/sbin
LIBEXECDIR	?= $(PREFIX)/libexec
MANDIR		?= $(PREFIX)/share/man
UNITDIR		?= $(PREFIX)/lib/systemd/user
BASHDIR		?= $(PREFIX)/share/bash-completion/completions
ZSHDIR		?= $(PREFIX)/share/zsh/site-functions
MAKEFLAGS	+= -j$(shell nproc)
ifeq ($(origin CC),default)
CC		= gcc
endif

# What keeps jumps to their targets is another thing on each machine.
MACHINE		:= $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
JUMPS_x86_64	= -fcf-protection=full
JUMPS_aarch64	= -mbranch-protection=standard

# A goal that ends in -asan builds everything with sanitizers, in a
# directory of its own.
ifneq ($(filter %-asan,$(MAKECMDGOALS)),)
SAN		= -fsanitize=address,undefined -fno-sanitize-recover=all
B		?= build/asan
HARD		= -O1 -g -fno-omit-frame-pointer $(SAN)
else
B		?= build
HARD		= -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
		  -fstack-clash-protection $(JUMPS_$(MACHINE))
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
WARN_GCC	= -Wlogical-op -Wduplicated-cond -Wduplicated-branches
ifeq ($(findstring clang,$(CC)),)
WARN		+= $(WARN_GCC)
endif
DEFS		= -DMNEMOD_VERSION='"$(VERSION)"' \
		  -DMNEMOD_LIBEXEC='"$(LIBEXECDIR)/mnemod"'
INCS		= -I. -Icommon
MYCFLAGS	= $(CSTD) $(WARN) $(WERROR) $(HARD) -fPIE $(DEFS) $(INCS) \
		  -ffile-prefix-map=$(CURDIR)/= $(PKG_CFLAGS)
MYLDFLAGS	= -pie $(SAN) -Wl,-z,relro,-z,now -Wl,--as-needed

# Packages: named and, for demo and check, installed by tests/packages.sh,
# which writes the flags of each library.  make reads them and starts over.
PACKAGES	= $(B)/packages-$(or $(subst $() ,-,$(sort $(filter \
		  $(INSTALL_GOALS),$(MAKECMDGOALS)))),build).mk
INSTALL_GOALS	= demo check check-asan check-compilers check-cover \
		  check-valgrind cover fuzz lint bench deb
ifeq ($(filter-out clean uninstall,$(or $(MAKECMDGOALS),all)),)
else
include $(PACKAGES)
endif
$(PACKAGES): tests/packages.sh
	@mkdir -p $(@D)
	@sh tests/packages.sh $@ \
	    $(if $(filter $(INSTALL_GOALS),$(MAKECMDGOALS)),install,name) \
	    $(MAKECMDGOALS)

# Sources.  A directory is a part; a worker's role has its own folder.
COMMON		= $(wildcard common/*.c)
SANDBOX		= $(wildcard common/sandbox*.c)
SUPERVISOR	= $(wildcard supervisor/*.c)
MNEMOCTL	= $(wildcard supervisor/mnemoctl/*.c)
WORKER		= $(wildcard worker/*.c)
PROMPTS		= $(wildcard worker/prompts/*.md)
GATEWAY		= $(wildcard worker/gateway/*.c)
EXTRACT		= $(wildcard worker/extract/*.c)
CONSOLIDATE	= $(wildcard worker/consolidate/*.c)
WORKSPACE	= $(wildcard worker/workspace/*.c)
GATEWAY_RUNS	= _run _bounds _wire _key _tls _exchange _names _flood
UNITS		= $(patsubst tests/%.c,%,$(wildcard tests/check_*.c))
SCRIPTS		= $(sort $(wildcard tests/t-*.sh))

objs		= $(patsubst %.c,$(B)/obj/%.o,$(1))
LIBCOMMON	= $(call objs,$(filter-out common/hook.c $(SANDBOX),$(COMMON)))
LIBWORKER	= $(B)/libworker.a
LIBSUPERVISOR	= $(B)/libsupervisor.a
HOOK		= $(B)/obj/common/hook.o
HOOK_TEST	= $(B)/obj/tests/hook_test.o

L_COMMON	= $(PKG_JSON) $(PKG_BSD)
L_WORKER	= $(L_COMMON) $(PKG_SECCOMP) $(PKG_PCRE2)
L_SUPERVISOR	= $(L_COMMON) $(PKG_SQLITE) $(PKG_CONFUSE)
L_MNEMOCTL	= $(L_SUPERVISOR) $(PKG_SECCOMP)
L_GATEWAY	= $(L_WORKER) $(PKG_CURL) $(PKG_ZSTD)
L_EXTRACT	= $(L_WORKER) $(PKG_ZSTD) $(PKG_XXHASH)
L_CONSOLIDATE	= $(L_WORKER)
L_WORKSPACE	= $(L_WORKER) $(PKG_GIT2)

PROGRAMS	= mnemod mnemoctl libexec/mnemod-gateway \
		  libexec/mnemod-extract libexec/mnemod-agent \
		  libexec/mnemod-wspace
BIN		= $(addprefix $(B)/,$(PROGRAMS))
TESTBIN		= $(addprefix $(B)/test/,$(PROGRAMS))

.PHONY: all check check-units check-scripts check-asan lint demo bench \
    install uninstall deb cross objects clean crash-points
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BIN)

# link = objects, libraries; the hook object makes the difference between
# what is installed and what tests run.
link		= @mkdir -p $(@D); echo "LD $@"; \
		  $(CC) $(MYLDFLAGS) $(LDFLAGS) -o $@ $(1) $(2)

O_SUPERVISOR	= $(B)/obj/supervisor/main.o $(LIBSUPERVISOR) $(LIBCOMMON)
O_MNEMOCTL	= $(call objs,$(MNEMOCTL) $(SANDBOX)) $(LIBSUPERVISOR) \
		  $(LIBCOMMON)
O_GATEWAY	= $(call objs,$(GATEWAY)) $(LIBWORKER) $(LIBCOMMON)
O_EXTRACT	= $(call objs,$(EXTRACT)) $(LIBWORKER) $(LIBCOMMON)
O_CONSOLIDATE	= $(call objs,$(CONSOLIDATE)) $(LIBWORKER) $(LIBCOMMON)
O_WORKSPACE	= $(call objs,$(WORKSPACE)) $(LIBWORKER) $(LIBCOMMON)

$(B)/mnemod: $(O_SUPERVISOR) $(HOOK)
	$(call link,$(O_SUPERVISOR) $(HOOK),$(L_SUPERVISOR))
$(B)/mnemoctl: $(O_MNEMOCTL) $(HOOK)
	$(call link,$(O_MNEMOCTL) $(HOOK),$(L_MNEMOCTL))
$(B)/libexec/mnemod-gateway: $(O_GATEWAY) $(HOOK)
	$(call link,$(O_GATEWAY) $(HOOK),$(L_GATEWAY))
$(B)/libexec/mnemod-extract: $(O_EXTRACT) $(HOOK)
	$(call link,$(O_EXTRACT) $(HOOK),$(L_EXTRACT))
$(B)/libexec/mnemod-agent: $(O_CONSOLIDATE) $(HOOK)
	$(call link,$(O_CONSOLIDATE) $(HOOK),$(L_CONSOLIDATE))
$(B)/libexec/mnemod-wspace: $(O_WORKSPACE) $(HOOK)
	$(call link,$(O_WORKSPACE) $(HOOK),$(L_WORKSPACE))

$(B)/test/mnemod: $(O_SUPERVISOR) $(HOOK_TEST)
	$(call link,$(O_SUPERVISOR) $(HOOK_TEST),$(L_SUPERVISOR))
$(B)/test/mnemoctl: $(O_MNEMOCTL) $(HOOK_TEST)
	$(call link,$(O_MNEMOCTL) $(HOOK_TEST),$(L_MNEMOCTL))
$(B)/test/libexec/mnemod-gateway: $(O_GATEWAY) $(HOOK_TEST)
	$(call link,$(O_GATEWAY) $(HOOK_TEST),$(L_GATEWAY))
$(B)/test/libexec/mnemod-extract: $(O_EXTRACT) $(HOOK_TEST)
	$(call link,$(O_EXTRACT) $(HOOK_TEST),$(L_EXTRACT))
$(B)/test/libexec/mnemod-agent: $(O_CONSOLIDATE) $(HOOK_TEST)
	$(call link,$(O_CONSOLIDATE) $(HOOK_TEST),$(L_CONSOLIDATE))
$(B)/test/libexec/mnemod-wspace: $(O_WORKSPACE) $(HOOK_TEST)
	$(call link,$(O_WORKSPACE) $(HOOK_TEST),$(L_WORKSPACE))

$(LIBWORKER): $(call objs,$(WORKER) $(SANDBOX)) $(PROMPTS:%.md=$(B)/obj/%.o)
	@rm -f $@; ar Dcr $@ $^
$(LIBSUPERVISOR): $(call objs,$(filter-out supervisor/main.c,$(SUPERVISOR)))
	@rm -f $@; ar Dcr $@ $^

# Prompts are built in; each is an object of its own.
$(B)/gen/%.c: %.md worker/prompts/embed.awk
	@mkdir -p $(@D); awk -v name=$(*F) -f worker/prompts/embed.awk $< >$@
$(B)/obj/worker/prompts/%.o: $(B)/gen/worker/prompts/%.c
	@mkdir -p $(@D); echo "CC $<"
	@$(CC) $(MYCFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/%.o: %.c
	@mkdir -p $(@D); echo "CC $<"
	@$(CC) $(MYCFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# A unit program links everything that its first line names, main.c never:
# /* links: supervisor/restart.c worker/workspace/?*.c */
links		= $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c,$(strip \
		  )$(wildcard $(shell sed -n \
		  '1s,^/\* links: \(.*\) \*/$$,\1,p' tests/$(1).c))))
define UNIT
$(B)/test/$(1): $(B)/obj/tests/$(1).o $(call links,$(1)) $(LIBWORKER) \
    $(LIBCOMMON) $(HOOK_TEST)
	$$(call link,$$^,$(L_EXTRACT) $(PKG_CURL) $(PKG_GIT2) $(PKG_SQLITE) \
	    $(PKG_CONFUSE) $(PKG_CHECK))
endef
$(foreach u,$(UNITS),$(eval $(call UNIT,$(u))))

# These run the programs themselves.
$(patsubst %,$(B)/test/check_gateway%,$(GATEWAY_RUNS)): | \
    $(B)/test/libexec/mnemod-gateway $(B)/test/fakemodel

# Programs that only tests use.
$(B)/test/fakeworker: $(call objs,$(wildcard tests/fakeworker/*.c)) \
    $(LIBCOMMON) $(HOOK_TEST)
	$(call link,$^,$(L_COMMON))
$(B)/test/supdriver: $(B)/obj/tests/supdriver.o $(LIBSUPERVISOR) \
    $(LIBCOMMON) $(HOOK_TEST)
	$(call link,$^,$(L_SUPERVISOR))
$(B)/test/ctlpoke: $(B)/obj/tests/ctlpoke.o $(LIBSUPERVISOR) \
    $(LIBCOMMON) $(HOOK_TEST)
	$(call link,$^,$(L_SUPERVISOR))
$(B)/test/fakemodel: $(call objs,$(wildcard tests/fakemodel/*.c)) \
    $(LIBCOMMON) $(HOOK_TEST)
	$(call link,$^,$(L_COMMON) $(PKG_ZSTD) $(PKG_ZLIB) $(PKG_MICROHTTPD))
$(B)/test/manager: $(B)/obj/tests/manager.o
	$(call link,$^,)
$(B)/test/oldkernel: $(B)/obj/tests/oldkernel.o
	$(call link,$^,$(PKG_SECCOMP))
$(B)/test/%.so: tests/%.c
	@mkdir -p $(@D); echo "CC $<"
	@$(CC) $(CSTD) $(WARN) $(WERROR) -O2 -g -fPIC -shared -o $@ $<
$(B)/test/shim.so: $(wildcard tests/shim*.[ch])
	@mkdir -p $(@D); echo "CC $@"
	@$(CC) $(CSTD) $(WARN) $(WERROR) -O2 -g -fPIC -shared -o $@ \
	    $(filter %.c,$^)
TESTPROGS	= $(addprefix $(B)/test/,$(UNITS) fakeworker supdriver \
		  fakemodel ctlpoke manager oldkernel shim.so \
		  valgrind.so)

check: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) sh tests/run.sh $(UNITS) -- $(SCRIPTS)
check-units: $(TESTPROGS)
	@B=$(B) sh tests/run.sh $(UNITS) --
check-scripts: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) sh tests/run.sh -- $(SCRIPTS)
check-asan: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) SANITIZED=1 sh tests/run.sh $(UNITS) -- $(SCRIPTS)

# Row 72: the unit programs once more under valgrind, but those that start
# programs of ours or themselves (it has no seccomp, no Landlock and its own
# /proc/self/exe), end short of memory, ask for limits, which it keeps, or have
# libgit2 leak what it had when a call failed.
# valgrind.so has what else is missing.
NO_VALGRIND	= check_ask check_json_memory check_scan check_edits \
		  check_relay check_sandbox% check_turn check_worker% \
		  check_guard check_wspace_role check_refs check_lookups $(GATEWAY_RUNS:%=check_gateway%)
UNDER_VALGRIND	= env LD_PRELOAD=$(CURDIR)/$(B)/test/valgrind.so \
		  valgrind -q --error-exitcode=99 --leak-check=full \
		  --errors-for-leak-kinds=definite --child-silent-after-fork=no
.PHONY: check-valgrind
check-valgrind: $(TESTPROGS)
	@command -v valgrind >/dev/null || { \
	    echo 'skip - row 72: valgrind is not installed'; exit 0; }; \
	    B=$(B) UNDER='$(UNDER_VALGRIND)' CK_TIMEOUT_MULTIPLIER=20 \
	    sh tests/run.sh $(filter-out $(NO_VALGRIND),$(UNITS)) --

demo: all $(TESTBIN)
	@B=$(B) sh tests/demo.sh

# Every crash point: where a test may kill a process.  A transaction of the
# store has one before and one after its commit.
crash-points:
	@{ grep -rhoE 'hook_crash\("[a-z_.]+"\)' supervisor worker | \
	    sed 's/.*"\(.*\)".*/\1/'; \
	    grep -rhoE 'db_transaction(_lazy)?\(s, "[a-z_]+"' supervisor | \
	    sed 's/.*"\(.*\)"/store.\1.before\nstore.\1.after/'; \
	    printf 'store.batch.%s\n' before after; } | sort -u

# Analysis.  Each tool must be silent.  (unix.Malloc is taken in by
# TAILQ_REMOVE; the sanitizers look for what it would find.)
TIDY		= bugprone-*,cert-*,clang-analyzer-*,android-cloexec-*,$(strip \
		  )readability-function-size,-bugprone-easily-swappable-parameters,$(strip \
		  )-bugprone-reserved-identifier,-bugprone-narrowing-conversions,$(strip \
		  )-bugprone-implicit-widening-of-multiplication-result,$(strip \
		  )-bugprone-sizeof-expression,-clang-analyzer-unix.Malloc,-cert-dcl37-c,-cert-dcl51-cpp,$(strip \
		  )-cert-err33-c,-bugprone-assignment-in-if-condition,$(strip \
		  )-bugprone-branch-clone,-cert-env33-c,-cert-msc30-c,-cert-msc50-cpp,$(strip \
		  )-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling
ALL_C		= $(COMMON) $(SUPERVISOR) $(MNEMOCTL) $(WORKER) $(GATEWAY) \
		  $(EXTRACT) $(CONSOLIDATE) $(WORKSPACE)
.PHONY: lint-clang lint-tidy lint-cppcheck lint-man lint-sh lint-spell
lint: lint-clang lint-tidy lint-cppcheck lint-man lint-sh lint-spell
	@echo lint: clean
lint-clang:
	@printf '%s\n' $(ALL_C) $(wildcard tests/*.c tests/*/*.c) | \
	    xargs -P 2 -n 8 clang -fsyntax-only -Werror $(CSTD) \
	    $(filter-out $(WARN_GCC),$(WARN)) $(DEFS) $(INCS) $(PKG_CFLAGS)
lint-tidy:
	@printf '%s\n' $(ALL_C) | xargs -P 2 -n 1 sh tests/tidy.sh '$(TIDY)' \
	    $(CSTD) $(DEFS) $(INCS)
# cppcheck reads no system header but this one, for its macros.
HASH		:= \#
QUEUE_H		= $(shell echo '$(HASH)include <sys/queue.h>' | $(CC) -M -xc - | \
		  tr ' ' '\n' | grep 'sys/queue.h')
lint-cppcheck:
	@cppcheck -q --enable=warning,portability --std=c11 -j 2 \
	    --error-exitcode=1 --inline-suppr --library=posix \
	    --suppress=missingIncludeSystem --suppress=readdirCalled \
	    --suppress=getpwuidCalled \
	    --suppress=funcArgOrderDifferent --include=$(QUEUE_H) -D_GNU_SOURCE -DMNEMOD_VERSION='""' \
	    -D__x86_64__ $(INCS) common supervisor worker
lint-man:
	@out=$$(mandoc -Tlint -Wwarning man/*.[1-8]); \
	    printf '%s' "$$out"; [ -z "$$out" ]
lint-sh:
	@shellcheck -S warning -s sh -e SC1090,SC1091,SC2034 tests/*.sh .ci/run supervisor/dist/deb/build.sh
	@shellcheck -S warning -s bash supervisor/dist/mnemod.bash
lint-spell:
	@codespell -q 3 -L nd,ist,mot,bu,upto,te,iif,alle -S '*builtin_words.c' \
	    common supervisor worker man README.md Makefile

PAGES1		= mnemoctl.1
PAGES8		= mnemod.8 mnemod-worker.8
PAGES5		= mnemod.conf.5 mnemod-memory.5
PAGES7		= mnemod-protocol.7
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR) \
	    $(DESTDIR)$(LIBEXECDIR)/mnemod \
	    $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 \
	    $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/man8 \
	    $(DESTDIR)$(UNITDIR) $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR)
	install -m 0755 $(B)/mnemoctl $(DESTDIR)$(BINDIR)/mnemoctl
	install -m 0755 $(B)/mnemod $(DESTDIR)$(SBINDIR)/mnemod
	install -m 0755 $(B)/libexec/mnemod-* $(DESTDIR)$(LIBEXECDIR)/mnemod
	install -m 0644 $(addprefix man/,$(PAGES1)) $(DESTDIR)$(MANDIR)/man1
	install -m 0644 $(addprefix man/,$(PAGES5)) $(DESTDIR)$(MANDIR)/man5
	install -m 0644 $(addprefix man/,$(PAGES7)) $(DESTDIR)$(MANDIR)/man7
	install -m 0644 $(addprefix man/,$(PAGES8)) $(DESTDIR)$(MANDIR)/man8
	sed 's,/usr/local/sbin,$(SBINDIR),' supervisor/dist/mnemod.service \
	    >$(DESTDIR)$(UNITDIR)/mnemod.service
	chmod 0644 $(DESTDIR)$(UNITDIR)/mnemod.service
	install -m 0644 supervisor/dist/mnemod.bash $(DESTDIR)$(BASHDIR)/mnemod
	ln -sf mnemod $(DESTDIR)$(BASHDIR)/mnemoctl
	install -m 0644 supervisor/dist/_mnemod $(DESTDIR)$(ZSHDIR)/_mnemod

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/mnemod $(DESTDIR)$(BINDIR)/mnemoctl
	rm -rf $(DESTDIR)$(LIBEXECDIR)/mnemod
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/man1/,$(PAGES1)) \
	    $(addprefix $(DESTDIR)$(MANDIR)/man5/,$(PAGES5)) \
	    $(addprefix $(DESTDIR)$(MANDIR)/man7/,$(PAGES7)) \
	    $(addprefix $(DESTDIR)$(MANDIR)/man8/,$(PAGES8)) \
	    $(DESTDIR)$(UNITDIR)/mnemod.service \
	    $(DESTDIR)$(BASHDIR)/mnemod $(DESTDIR)$(BASHDIR)/mnemoctl \
	    $(DESTDIR)$(ZSHDIR)/_mnemod

# For arm64, or what CROSS names, as far as a compiler and libraries for it
# are there.  Nothing is installed for it.
CROSS		?= aarch64-linux-gnu-
cross:
	@B=$(B)/cross CROSS=$(CROSS) sh tests/cross.sh
objects: $(call objs,$(ALL_C)) $(PROMPTS:%.md=$(B)/obj/%.o)

# A Debian package in $(B)/deb; lintian must have nothing to say.
deb: all
	@deb=$$(B=$(B) sh supervisor/dist/deb/build.sh) && \
	    lintian --allow-root --fail-on error,warning $$deb && echo $$deb

bench: all $(TESTPROGS)
	@B=$(B) sh tests/bench/bench.sh

# Chaos from a seed, with what must hold checked all along; as root.
.PHONY: soak
soak: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) sh tests/soak/soak.sh

# What takes too long for each change: the gateway killed a hundred times
# in mid-stream, 400 bits flipped, each call of a pass failing once, 5,000
# saves by editors.
.PHONY: check-long
check-long: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) KILLS=100 FLIPS=100 EVERY=1 sh tests/run.sh check_edits -- \
	    tests/t-gateway-kill.sh tests/t-flips.sh tests/t-disk-errors.sh \
	    tests/t-no-process.sh tests/t-read-errors.sh \
	    tests/t-read-asked.sh tests/t-read-adopt.sh

# Row 72: with other compilers and at other levels, each in a directory of its
# own, where every warning is an error.
COMPILERS	?= gcc-O0 gcc-O3 clang-O2
COMPILED	= pass agent model mcp search history hand-edit review \
		  restart stop-ladder sandbox landlock titles retention
compiler	= MAKEFLAGS= $(MAKE) --no-print-directory -s B=$(B)/$(1) \
		  CC=$(firstword $(subst -O, ,$(1))) \
		  CFLAGS=-O$(lastword $(subst -O, ,$(1))) \
		  CPPFLAGS='$(if $(filter %-O0,$(1)),-U_FORTIFY_SOURCE)' \
		  WERROR=-Werror SCRIPTS='$(COMPILED:%=tests/t-%.sh)' check
.PHONY: check-compilers
check-compilers:
	@$(foreach c,$(COMPILERS),echo '$(c):'; $(call compiler,$(c)) &&) :

# What the tests do not reach: lines by file, and each error path that
# tests/uncovered gives no word for.
COUNT		= -fprofile-instr-generate=$(CURDIR)/$(B)/cover/raw/%m%c.profraw \
		  -fcoverage-mapping
.PHONY: cover check-cover
cover:
	@MAKEFLAGS= $(MAKE) --no-print-directory -s CC=clang B=$(B)/cover \
	    SAN='$(COUNT)' HARD='-O1 -g $(COUNT) -fprofile-update=atomic $(strip \
	    )-mllvm -runtime-counter-relocation $(strip \
	    )-Xclang -main-file-name -Xclang $$<' check-cover
check-cover: all $(TESTBIN) $(TESTPROGS)
	@B=$(B) sh tests/cover.sh $(UNITS) -- $(SCRIPTS)

# Fuzzing with clang's libFuzzer, each target for FUZZ_SECONDS, in a build
# directory of its own.  What is found new stays there, in corpus/.
FUZZ_SECONDS	?= 60
FUZZERS		= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SAN	= address,undefined -fno-sanitize-recover=all
FUZZ_TARGETS	?= $(FUZZERS)
.PHONY: fuzz fuzz-build
fuzz:
	@MAKEFLAGS= $(MAKE) --no-print-directory CC=clang B=$(B)/fuzz \
	    WERROR='$(WERROR)' \
	    HARD='-O1 -g -fsanitize=fuzzer-no-link,$(FUZZ_SAN)' \
	    SAN='-fsanitize=$(FUZZ_SAN)' \
	    FUZZ_TARGETS='$(FUZZ_TARGETS)' fuzz-build
	@B=$(B)/fuzz sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_TARGETS)
fuzz-build: $(FUZZ_TARGETS:%=$(B)/fuzz_%)
define FUZZER
$(B)/fuzz_$(1): $(B)/obj/tests/fuzz/fuzz_$(1).o \
    $(call links,fuzz/fuzz_$(1)) $(LIBWORKER) $(LIBCOMMON) $(HOOK_TEST)
	$$(call link,-fsanitize=fuzzer $$^,$(L_EXTRACT) $(PKG_GIT2) \
	    $(PKG_SQLITE) $(PKG_CONFUSE))
endef
$(foreach f,$(FUZZERS),$(eval $(call FUZZER,$(f))))

clean:
	rm -rf $(B)
