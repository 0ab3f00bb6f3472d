#!/bin/sh
# A unit that systemd does not understand is passed over line by line, and one
# that is hardened too well breaks what it guards.  (With RestrictSUIDSGID the
# service started, was ready, and no memory was ever published.)
. tests/lib.sh
isolate

P=$T/usr
make -s --no-print-directory B="$B" PREFIX="$P" install >"$T/out"
unit=$P/lib/systemd/user/mnemod.service
value() { sed -n "s/^$1=//p" "$unit"; }

check "there is one line that starts it" [ "$(value ExecStart)" = \
    "$P/sbin/mnemod --yes" ]
for o in $(value ExecStart | cut -s -d' ' -f2-); do
	"$B/mnemod" -h >"$T/help"
	check "it has an option $o" has " $o " "$T/help"
done

value RestartPreventExitStatus | tr ' ' '\n' >"$T/statuses"
# Statuses that no restart can change: all but those of a pass, and 5, where
# a worker of an earlier supervisor is still there.
for s in $(sed -n 's/^	EXIT_[A-Z]* = \([2-9]\).*/\1/p' common/exitcode.h); do
	case $s in 5 | 8) continue ;; esac
	check "status $s: not started again" grep -qx "$s" "$T/statuses"
done
check "it has longer than the workers' ten seconds, twice" \
    [ "$(value TimeoutStopSec)" -gt 20 ]
for k in MemoryDenyWriteExecute RestrictSUIDSGID PrivateNetwork ProtectHome; do
	check "$k is not set" [ -z "$(value $k)" ]
done
# Every system call that a worker's own sandbox is made of.
for c in seccomp landlock_create_ruleset landlock_add_rule \
    landlock_restrict_self; do
	check "$c is allowed" grep -q "^SystemCallFilter=.*\b$c\b" "$unit"
done

if ! command -v systemd-analyze >/dev/null; then
	skip "systemd-analyze verify" "it is not installed"
	finish
fi
# It looks for the manuals, too, where there is a man(1).
command -v man >/dev/null || sed -i '/^Documentation=/d' "$unit"
export XDG_RUNTIME_DIR="$T/run" MANPATH="$P/share/man"
mkdir -m 0700 "$T/run"
systemd-analyze verify --user "$unit" >"$T/verify" 2>&1
check "systemd-analyze verify accepts it" [ $? -eq 0 ]
check "systemd-analyze verify is silent" [ ! -s "$T/verify" ]
cat "$T/verify"
sed 's/^Type=.*/Type=nonsense/' "$unit" >"$T/mnemod.service"
systemd-analyze verify --user "$T/mnemod.service" >"$T/verify" 2>&1
check "it is not silent about nonsense" [ -s "$T/verify" ]
finish
