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

# Row 29: a worker that ignores the death signal still sees end of file.
core_start 'extract=ignore start'
wait_until 5 events 1 '^ready'
kill -KILL "$sup"
check "row 29: end of file ends what ignores the signal" wait_until 2 gone
wait "$sup" 2>/dev/null
finish
