#!/bin/sh
# A heartbeat that never left "starting" once held the only slot for ever: the
# supervisor wrote its shutdown file again and again, and killed nobody.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# stuck "sentence" "reason" arguments...
stuck() {
	what=$1 reason=$2
	shift 2
	core_run -1 -o grace=300 "$@"
	check "$what: the reason is named, once" \
	    [ "$(count_of "$reason; the worker is ended" "$LOG")" -eq 1 ]
	check "$what: the ladder ends it" \
	    has "^ended .*cause=stuck.*signal 9 .*($reason)" "$OUT"
	core_clean "$what"
}

stuck "row 66: never ready" "not ready in time" -o ready=300 \
    'extract=ignore hello configure stall'
stuck "row 66: never says hello" "not ready in time" -o ready=300 \
    'extract=ignore stall'
stuck "row 68: silent with a request open" \
    "silent while a request is open" -o silence=400 -o requests=1 \
    'extract=ignore start stall'
stuck "row 68: alive without progress" "no progress" -o silence=60000 \
    -o progress=400 -o requests=1 'extract=ignore start beat'

# Progress keeps it alive; so does being idle.
core_start -o silence=600 -o progress=600 -o requests=1 \
    "extract=start take raw={\"type\":\"alive\",\"id\":0,\"body\":{\"progress\":5}}\
 sleep=400 raw={\"type\":\"alive\",\"id\":0,\"body\":{\"progress\":6}} sleep=400\
 raw={\"type\":\"extracted\",\"id\":2,\"body\":{\"outcome\":\"no_output\",\"generator\":\"x\"}}" \
    'consolidate=start stall'
check "progress keeps a slow worker" wait_until 5 events 1 '^done'
sleep 1
check "a worker without a request owes nothing" has_not '^ended' "$OUT"
core_stop
core_clean "liveness"

# A worker that answers nothing but the probe is not silent.
core_start -o silence=400 -o progress=0 -o requests=1 \
    "extract=start take serve"
sleep 1.2
check "one that answers probes lives" has_not '^ended' "$OUT"
core_stop
core_clean "probe"

# Row 65: the supervisor itself was stopped for longer than every deadline.
# One worker spoke all along, one is owed a restart, one has nothing to do.
core_start -o silence=800 -o base=500 -o cap=500 -o requests=1 \
    'extract=start beat' 'consolidate=start'
wait_until 5 events 2 '^ready'
core_asleep() {
	kill -STOP "$sup"
	sleep 1.6
	kill -CONT "$sup"
}
core_asleep
sleep 0.4
check "row 65: what spoke meanwhile is not taken for silent" \
    has_not '^ended' "$OUT"
core_stop
core_clean "row 65"
core_start -o base=500 -o cap=500 -o intensity=20 'extract+=start take exit=1' \
    'consolidate=start' -o requests=1
wait_until 10 events 2 '^ended'
core_asleep
n=$(count_of '^ended' "$OUT")
sleep 0.3
check "row 65: one restart is due after it, no burst" \
    [ "$(count_of '^ended' "$OUT")" -le $((n + 1)) ]
core_stop
core_clean "row 65: restarts"

# Row 64: the wall clock jumps a day on and two back.
if [ -z "${SANITIZED:-}" ]; then
	echo 0 >"$T/clock"
	LD_PRELOAD=$B/test/shim.so
	SHIM_CLOCK=$T/clock
	export LD_PRELOAD SHIM_CLOCK
	core_start -o base=60000 -o silence=60000 -o ready=60000 \
	    'extract+=start exit=1' 'consolidate=start' 'workspace=stall'
	unset LD_PRELOAD SHIM_CLOCK
	wait_until 5 events 1 'next=restarts'
	for offset in 86400 -86400; do
		echo "$offset" >"$T/clock"
		kill -USR1 "$sup"
		sleep 0.3
	done
	check "row 64: the loop went on" wait_until 5 events 1 '^signal 10'
	check "row 64: no deadline came early" \
	    [ "$(count_of '^ended' "$OUT")" -eq 1 ]
	check "row 64: and none is late: the stop" kill -TERM "$sup"
	core_wait
	core_clean "row 64"
else
	skip "row 64: the wall clock jumps" "the sanitizer has its own preload"
fi

# child_stop and child_kill of single children.
core_run -1 -o stop_after=300 -o grace=300 'extract+=obey start' \
    'consolidate=ignore start stall'
check "stopped alone: restartable ones are gone too" \
    has '^ended extract.*next=gone cause=stopped' "$OUT"
check "stopped alone: the ladder is the same" \
    has '^ended consolidate.*next=gone cause=stopped.*signal 9' "$OUT"
core_clean "stopped alone"
core_run -1 -o kill_after=300 'extract=start'
check "killed alone" has 'next=gone cause=stopped.*signal 9' "$OUT"
core_clean "killed alone"
finish
