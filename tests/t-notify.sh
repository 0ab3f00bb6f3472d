#!/bin/sh
# A unit of Type=notify that is told READY=1 too early starts what needs it
# before it works, and one that is told nothing is killed.  What happens is
# told in the order in which it happens, to nobody but the manager.
. tests/lib.sh
isolate
. tests/world.sh

sup=
told() { [ "$(count_of "$2" "$T/told")" -ge "$1" ]; }
told_at() { grep -an -- "$1" "$T/told" | cut -d: -f1 | sed -n "${2:-1}p"; }
logged() { [ "$(count_of "$2" "$LOG")" -ge "$1" ]; }

# manager NAME: one that listens there.
manager() {
	"$B/test/manager" "$1" >"$T/told" &
	manager=$!
	wait_until 5 has listening "$T/told"
}

world_new
world_fill tests/data/codex
mkdir -p "$W/config/mnemod" "$T/power/BAT0"
echo Battery >"$T/power/BAT0/type"
export MNEMOD_TEST_POWER_SUPPLY="$T/power"
conf=$W/config/mnemod/mnemod.conf
echo 'scan_interval = 3600' >"$conf"
manager "$W/notify"
export NOTIFY_SOCKET="$W/notify" WATCHDOG_USEC=200000

# The first worker, which is no worker at all, is never ready.
mkdir "$T/libexec"
ln -s "$B"/test/libexec/mnemod-* "$T/libexec"
ln -sf "$(command -v yes)" "$T/libexec/mnemod-extract"
mn_start -o libexec="$T/libexec"
check "STATUS before anything is ready" \
    wait_until 20 told 1 '^STATUS=scanning$'
mn_stop
check "no READY=1 without a worker" has_not '^READY=1' "$T/told"
kill "$manager"
wait "$manager" 2>/dev/null
rm -f "$W/notify"
manager "$W/notify"

mn_start -o agent_hold_ms=2000
check "READY=1" wait_until 20 told 1 '^READY=1$'
check "WATCHDOG=1, again and again" wait_until 10 told 3 '^WATCHDOG=1$'
agent_told() { told 1 '^STATUS=memory codex: agent'; }
check "STATUS tells of an agent" wait_until 20 agent_told
for p in "$sup" $(pids_of mnemod-extract mnemod-agent mnemod-wspace); do
	tr '\0' '\n' <"/proc/$p/environ" >"$T/environ"
	[ "$p" = "$sup" ] || check "a worker does not know the socket" \
	    has_not 'NOTIFY_SOCKET\|WATCHDOG' "$T/environ"
done

# A reload waits for what is under way, and is over when it was done.
kill -HUP "$sup"
check "RELOADING=1" wait_until 10 told 1 '^RELOADING=1$'
check "with the time of it" told 1 '^MONOTONIC_USEC=[0-9]*$'
check "READY=1 after it" wait_until 20 told 2 '^READY=1$'
check "it was read again before" logged 1 'was read again'
check "in this order" [ "$(told_at '^RELOADING=1')" -lt \
    "$(told_at '^READY=1' 2)" ]
check "STATUS: when the next pass is" \
    wait_until 20 told 1 '^STATUS=idle; next pass 2026-11-23T13:0'
echo 'scan_interval = soon' >"$conf"
kill -HUP "$sup"
check "a reload that is refused is over, too" \
    wait_until 10 told 3 '^READY=1$'

echo 'scan_interval = 3600' >"$conf"

# What keeps work waiting is told, and which memory is left alone.
"$B/test/mnemoctl" -o now="$NOW" pause >"$T/out"
check "STATUS: a pause" wait_until 10 told 1 \
    '^STATUS=.*; no new work begins: paused$'
check "a pause is logged" has 'no new work begins (paused)' "$LOG"
"$B/test/mnemoctl" -o now="$NOW" resume >"$T/out"
mkdir "$W/other"
echo "not ours" >"$W/other/notes"
cat >"$conf" <<EOT
memory "codex" { root = "$ROOT"  sources = {"codex"} }
memory "second" { root = "$W/other"  sources = {"codex"} }
EOT
kill -HUP "$sup"
check "STATUS: a memory that is left alone" wait_until 10 told 1 \
    '^STATUS=.*; memory second is left alone: foreign'
echo 'on_battery = pause' >"$conf"
echo Discharging >"$T/power/BAT0/status"
kill -HUP "$sup"
check "read again" wait_until 10 told 5 '^READY=1$'
kill -USR1 "$sup"
check "STATUS: why nothing new begins" wait_until 10 told 1 \
    '^STATUS=.*; no new work begins: on_battery$'

# One that is stopped tells nothing; that is what a watchdog is for.
kill -STOP "$sup"
sleep 0.2	# what was told may still be on its way
beats=$(count_of '^WATCHDOG' "$T/told")
sleep 0.5
check "no WATCHDOG=1 from one that does not run" \
    [ "$(count_of '^WATCHDOG' "$T/told")" -eq "$beats" ]
kill -CONT "$sup"
check "it goes on" wait_until 10 told $((beats + 1)) '^WATCHDOG=1$'

mn_stop
check "exit status 0" [ $? -eq 0 ]
check "STOPPING=1, once" [ "$(count_of '^STOPPING=1$' "$T/told")" -eq 1 ]
check "no READY=1 after it" [ "$(told_at '^STOPPING=1')" -gt \
    "$(told_at '^READY=1' 5)" ]
check "every line is NAME=value" [ -z "$(grep -anv \
    '^[A-Z_]*=[ -~]*$' "$T/told" | grep -v '^1:listening')" ]
world_clean "with a manager"

# A manager that is gone, or never was: nothing fails.
kill "$manager"
wait "$manager" 2>/dev/null
rm -f "$W/notify" "$conf"
unset WATCHDOG_USEC
for s in "$W/notify" relative @ "@$(printf '%0200d' 0)" /dev/null; do
	NOTIFY_SOCKET=$s mn -1 --yes
	check "NOTIFY_SOCKET=$s: exit status 0" [ $? -eq 0 ]
	check "NOTIFY_SOCKET=$s: said once" [ "$(count_of \
	    'service manager is not told' "$LOG")" -eq 1 ]
done
# With an abstract name, for one pass.
manager "@mnemod-t-notify-$$"
NOTIFY_SOCKET="@mnemod-t-notify-$$" mn -1 --yes
check "an abstract name: exit status 0" [ $? -eq 0 ]
check "an abstract name: told to the end" \
    wait_until 5 told 1 '^STOPPING=1$'
kill "$manager"
wait "$manager" 2>/dev/null
check "recovery came before READY=1" \
    [ "$(told_at '^STATUS=memory codex: recovery$')" -lt \
    "$(told_at '^READY=1$')" ]
finish
