#!/bin/sh
# kill -9 of a supervisor has left workers running, holding locks and
# spending, in most supervisors that we looked at.  Ours must go within ten
# seconds, also those that are stopped or busy.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

gone() { [ -z "$(pids_of fakeworker supdriver)" ]; }

for signal in KILL ABRT; do
	core_start 'extract*3=start' 'consolidate/codex=obey start'
	wait_until 5 events 4 '^ready'
	kill -$signal "$sup"
	check "rows 29, 35: after SIG$signal idle workers are gone in 1 s" \
	    wait_until 1 gone
	wait "$sup" 2>/dev/null
done

# Row 30: deep in its work, with a handler that only arms its own alarm.
core_start 'extract=alarm start stall'
wait_until 5 events 1 '^ready'
kill -KILL "$sup"
began=$(now_ms)
check "row 30: a busy worker ends by its own alarm" wait_until 11 gone
took=$(($(now_ms) - began))
check "row 30: within ten seconds ($took ms)" [ "$took" -le 10500 ]
wait "$sup" 2>/dev/null

# Row 31: stopped when it happens.  The kernel wakes a stopped group when it
# loses its last relative in the session, as it does under init: so the
# supervisor has a session of its own here.
SUP="setsid $SUP"
core_start 'extract=start stop stall' 'consolidate=alarm start stop stall'
wait_until 5 events 2 '^ready'
stopped() { [ "$(state_of "$(worker_pid "$1")")" = T ]; }
wait_until 5 stopped 1
wait_until 5 stopped 2
kill -KILL "$sup"
check "row 31: stopped workers are gone too" wait_until 11 gone
wait "$sup" 2>/dev/null

SUP=$B/test/supdriver
# Row 29: a worker that ignores the death signal still sees end of file.
core_start 'extract=ignore start'
wait_until 5 events 1 '^ready'
kill -KILL "$sup"
check "row 29: end of file ends what ignores the signal" wait_until 2 gone
wait "$sup" 2>/dev/null

# Row 32: it dies between the fork and the line that asks for the death
# signal.  Nobody tells the child, which has to see for itself.
if command -v strace >/dev/null; then
	strace -f -qq -o "$T/calls" -e trace=prctl,execveat \
	    -e inject=prctl:delay_enter=1000000 \
	    "$SUP" -v -l "$LIBEXEC" 'extract=start' >"$OUT" 2>"$LOG" &
	tracer=$!
	born() { [ "$(pids_of supdriver | wc -l)" -eq 2 ]; }
	check "row 32: a child is about to ask for its death signal" \
	    wait_until 10 born
	for p in $(pids_of supdriver | sort -n | head -n 1); do
		kill -KILL "$p"
	done
	check "row 32: it sees that its parent is gone" wait_until 5 gone
	wait "$tracer" 2>/dev/null
	check "row 32: and was never a worker" has_not execveat "$T/calls"
else
	skip "row 32: death before prctl" "strace is not installed"
fi

# Row 33: a worker of the real program has closed its sandbox, which may
# cost a process its death signal.  Somebody holds its pipes open, so that
# no end of file tells it.
. tests/world.sh
world_new
world_fill tests/data/codex
"$MNEMOD" -o now="$NOW" --yes >/dev/null 2>"$LOG" &
sup=$!
worker_up() { grep -aqs 'extract \[ready\]' "/proc/$(pids_of mnemod-extract |
    head -n 1)/cmdline"; }
check "row 33: a real worker is ready" wait_until 20 worker_up
worker=$(pids_of mnemod-extract | head -n 1)
ends=
for fd in "/proc/$worker/fd/3" "/proc/$worker/fd/4"; do
	pipe=$(readlink "$fd")
	for own in "/proc/$sup/fd/"*; do
		[ "$(readlink "$own")" = "$pipe" ] && ends="$ends $own"
	done
done
# shellcheck disable=SC2086 # two paths
set -- $ends
check "row 33: both pipes have another end" [ $# -eq 2 ]
exec 8>"$1" 9<"$2"
kill -KILL "$sup"
check "row 33: the death signal alone ends it" wait_until 11 is_gone "$worker"
wait "$sup" 2>/dev/null
exec 8>&- 9<&-
check "row 33: nothing is left" wait_until 11 no_orphans mnemod \
    mnemod-extract mnemod-agent mnemod-wspace
finish
