#!/bin/sh
# Supervisors lose workers at the end of their lives: one that ignores
# SIGTERM is waited for without end, one that is stopped never sees it, one
# that ends in time is killed all the same because a timer was left, a second
# Ctrl-C does nothing.  Here is each rung of the ladder.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# trace FILE: signals that the supervisor sends, from now on.
trace() {
	strace -qq -e trace=kill -o "$1" -p "$sup" 2>/dev/null &
	tracer=$!
	wait_until 3 traced || :
}
traced() {
	! grep -q '^TracerPid:	0$' "/proc/$sup/status"
}
can_trace=1
command -v strace >/dev/null || can_trace=

# Row 11: workers that obey.
core_start 'extract*2=obey start' 'consolidate/codex=start'
wait_until 5 events 3 '^ready'
[ -z "$can_trace" ] || trace "$T/trace"
core_stop
check "row 11: obedient workers end at once ($took ms)" [ "$took" -lt 3000 ]
check "row 11: they sign off" events 2 'cause=stopped bye=1'
check "row 11: a worker without a handler dies of SIGTERM" \
    has 'consolidate codex.*signal 15\|consolidate codex.*bye=1' "$OUT"
if [ -n "$can_trace" ]; then
	wait "$tracer"
	check "row 11: no SIGKILL is sent" has_not SIGKILL "$T/trace"
	check "row 11: SIGCONT follows each SIGTERM" [ \
	    "$(count_of 'kill(-.*SIGCONT' "$T/trace")" -eq \
	    "$(count_of 'kill(-.*SIGTERM' "$T/trace")" ]
else
	skip "row 11: no SIGKILL is sent" "strace is not installed"
fi
core_clean "row 11"

# Row 12, with the real ten seconds.
core_start 'extract=ignore start stall'
wait_until 5 events 1 '^ready'
core_stop
check "row 12: SIGKILL after ten seconds, not before ($took ms)" \
    [ "$took" -ge 9950 -a "$took" -lt 11000 ]
check "row 12: and by SIGKILL" has 'signal 9 (' "$OUT"
core_clean "row 12"

# Row 13: a stopped worker takes SIGTERM only when it goes on.
core_start -o grace=5000 'extract=start stop stall'
wait_until 5 events 1 '^ready'
stopped() { [ "$(state_of "$(worker_pid)")" = T ]; }
wait_until 5 stopped
core_stop
check "row 13: a stopped worker ends at once ($took ms)" \
    [ "$took" -lt 3000 ]
check "row 13: by SIGTERM" has 'signal 15 (' "$OUT"
core_clean "row 13"

# Rows 14 and 15: descendants, in the group and escaped.
core_start -o grace=500 'extract=start fork serve' \
    'consolidate=start setsid serve' 'workspace=start leak serve'
wait_until 5 events 3 '^ready'
family() { [ "$(pids_of fakeworker | wc -l)" -ge 6 ]; }
check "rows 14, 15: the grandchildren are there" wait_until 3 family
core_stop
core_clean "rows 14, 15"

# Row 14: SIGTERM is for the whole group: the child of a worker that takes
# its time ends at once.
core_start -o grace=60000 'extract=ignore start kin stall'
family() { [ "$(pids_of fakeworker | wc -l)" -eq 2 ]; }
check "row 14: a child in the group" wait_until 5 family
kill -TERM "$sup"
alone() { [ "$(pids_of fakeworker)" = "$(worker_pid)" ]; }
check "row 14: it ends while the worker lives" wait_until 5 alone
core_stop
core_clean "row 14"

# Row 15: a descendant that escaped goes when its worker does, not later.
core_start 'extract=start setsid exit=0' 'consolidate=start'
wait_until 5 events 1 '^ended extract'
alone() { [ "$(pids_of fakeworker | wc -l)" -eq 1 ]; }
check "row 15: swept when its worker died" wait_until 2 alone
check "row 15: and said so" has 'left behind by a worker, killed' "$LOG"
core_stop
core_clean "row 15"

# Row 17: a process that the kernel cannot end, as on a dead network disk.
frozen=/sys/fs/cgroup/freezer/mnemod-test-$$
if mkdir "$frozen" 2>/dev/null; then
	core_start -o grace=300 -o give_up=1500 'extract=start' \
	    'consolidate=start'
	wait_until 5 events 2 '^ready'
	worker=$(sed -n 's/^ready extract\[\([0-9]*\)\]/\1/p' "$OUT")
	echo "$worker" >"$frozen/cgroup.procs"
	echo FROZEN >"$frozen/freezer.state"
	core_stop
	check "row 17: it is given up after a bound ($took ms)" \
	    [ "$took" -ge 1700 -a "$took" -lt 5000 ]
	check "row 17: pid and state are logged" \
	    has "extract\[$worker\]: cannot be killed (state [DRS])" "$LOG"
	echo THAWED >"$frozen/freezer.state"
	core_clean "row 17" 5
	wait_until 2 rmdir "$frozen" 2>/dev/null
else
	skip "row 17: an unkillable worker" "no freezer control group here"
fi

# Row 18: a storm of signals is one stop.
core_start -o grace=3000 'extract=ignore start stall' 'consolidate=start'
wait_until 5 events 2 '^ready'
if [ -n "$can_trace" ]; then
	trace "$T/trace"
	n=0
	while [ "$n" -lt 200 ]; do
		kill -TERM "$sup" 2>/dev/null
		n=$((n + 1))
	done
	core_wait
	wait "$tracer"
	check "row 18: one SIGTERM to each worker" \
	    [ "$(count_of 'kill(-.*, SIGTERM)' "$T/trace")" -eq 2 ]
	check "row 18: no signal twice to the same worker" \
	    [ -z "$(grep '^kill(' "$T/trace" | sort | uniq -d)" ]
	check "row 18: SIGKILL to the stubborn one" \
	    [ "$(count_of 'kill(-.*, SIGKILL)' "$T/trace")" -ge 1 ]
	check "row 18: one shutdown" [ "$(count_of ': stopping$' "$LOG")" -eq 1 ]
else
	core_stop
	skip "row 18: a storm of signals" "strace is not installed"
fi
core_clean "row 18"

# Row 19: the second signal kills at once.
core_start 'extract=ignore start stall'
wait_until 5 events 1 '^ready'
kill -INT "$sup"
wait_until 3 logged 1 'SIGINT: stopping'
core_stop
check "row 19: a second signal kills at once ($took ms)" [ "$took" -lt 2000 ]
check "row 19: by SIGKILL" has 'signal 9 (' "$OUT"
core_clean "row 19"

# Row 21: a stop while workers start.
core_start -o grace=2000 -o starting=21 'extract*20=sleep=300 start' \
    'consolidate=stall'
wait_until 5 logged 21 ': started'
core_stop
check "row 21: none becomes ready after the stop" has_not '^ready' "$OUT"
check "row 21: each is told to have ended, once" \
    [ "$(count_of '^ended' "$OUT")" -eq 21 ]
core_clean "row 21"
core_start 'extract*50=start'
wait_until 3 logged 1 ': started'
core_stop
core_clean "row 21, between two forks"

# Row 22: it ends between SIGTERM and the deadline.
core_start -o grace=1500 'extract+=ignore start take sleep=500 exit=0'
wait_until 5 events 1 '^ready'
core_stop
check "row 22: no SIGKILL follows" has_not 'killed' "$LOG"
check "row 22: no restart follows" [ "$(count_of '^ready' "$OUT")" -eq 1 ]
check "row 22: its own status stands" has 'exit status 0 (SIGTERM)' "$OUT"
core_clean "row 22"

# Row 23: exit and deadline in the same wake-up of a stopped supervisor.
core_start -o grace=600 'extract=ignore start take sleep=400 exit=7'
wait_until 5 events 1 '^ready'
worker=$(worker_pid)
kill -TERM "$sup"
wait_until 3 logged 1 ': told to end'
sleep 0.1
kill -STOP "$sup"
wait_until 3 is_gone "$worker"
sleep 0.8
check "row 23: the supervisor slept through both" \
    [ "$(state_of "$sup")" = T ]
kill -CONT "$sup"
core_wait
check "row 23: the dead is not signalled" has_not 'killed' "$LOG"
check "row 23: its own status stands" has 'exit status 7' "$OUT"
core_clean "row 23"

# Row 24: all in parallel.
core_start -o grace=2000 'extract*50=ignore start stall'
wait_until 20 events 50 '^ready'
core_stop
check "row 24: 50 stubborn workers take as long as one ($took ms)" \
    [ "$took" -ge 1950 -a "$took" -lt 3500 ]
check "row 24: all are told" events 50 '^ended .*signal 9'
core_clean "row 24"

# Row 63: a stop during back-off.
core_start -o base=60000 'extract+=start exit=1'
wait_until 5 events 1 'next=restarts'
core_stop
check "row 63: back-off ends at once ($took ms)" [ "$took" -lt 2000 ]
check "row 63: the child is told to be gone" has 'next=gone' "$OUT"
check "row 63: nothing was started for it" \
    [ "$(count_of ': started' "$LOG")" -eq 1 ]
core_clean "row 63"
finish
