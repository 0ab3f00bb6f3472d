#!/bin/sh
# A pid is a number that the kernel gives away again: supervisors have
# signalled strangers, lost the exit of a child that was quicker than they
# were, taken a stopped or a traced child for a dead one, and fallen over
# when numbers wrapped.
. tests/lib.sh
. tests/core.sh
isolate
core_setup
can_trace=1
command -v strace >/dev/null || can_trace=

# Row 4: it is dead before the supervisor's fork returns.
if [ -n "$can_trace" ]; then
	strace -qq -o /dev/null -e trace=clone,clone3,fork \
	    -e inject=clone,clone3,fork:delay_exit=200000 \
	    "$SUP" -v -l "$LIBEXEC" -1 'extract*3=exit=5' >"$OUT" 2>"$LOG"
	status=$?
	check "row 4: dead before fork returned: no exit is lost" \
	    [ "$(count_of '^ended .*exit status 5' "$OUT")" -eq 3 ]
	core_clean "row 4"
else
	skip "row 4: dead before fork returned" "strace is not installed"
fi

# Row 9: a stopped worker is told of and is not taken for a dead one.
core_start 'extract=start'
wait_until 5 events 1 '^ready'
worker=$(worker_pid)
for signal in STOP TSTP TTIN TTOU; do
	n=$(count_of 'stopped by signal' "$LOG")
	kill -$signal "$worker"
	check "row 9: SIG$signal is told of" \
	    wait_until 5 logged $((n + 1)) "\[$worker\]: stopped by signal"
	check "row 9: SIG$signal: it is not ended" has_not '^ended' "$OUT"
	n=$(count_of 'goes on' "$LOG")
	kill -CONT "$worker"
	check "row 9: SIG$signal: and that it goes on" \
	    wait_until 5 logged $((n + 1)) "\[$worker\]: goes on"
done
check "row 9: it is still the same one" [ "$(worker_pid)" = "$worker" ]
core_stop
core_clean "row 9"

# Row 10: a debugger's stops are no exit.
if [ -n "$can_trace" ]; then
	core_start -o requests=2000 'extract=sleep=300 start'
	wait_until 5 logged 1 ': started'
	worker=$(pids_of mnemod-extract fakeworker | head -n 1)
	strace -qq -o "$T/traced" -p "$worker" 2>"$T/strace" &
	tracer=$!
	check "row 10: a traced worker does its work" \
	    wait_until 20 events 1 '^done'
	check "row 10: it was traced" [ -s "$T/traced" ]
	check "row 10: its stops are no exit" has_not '^ended' "$OUT"
	kill "$tracer"
	wait "$tracer" 2>/dev/null
	core_stop
	check "row 10: it ended when it was told to" \
	    has '^ended .*: \(signal 15 \|exit status 0\)' "$OUT"
	core_clean "row 10"
else
	skip "row 10: a traced worker" "strace is not installed"
fi

# Row 26: the number of a worker that was reaped belongs to a stranger at
# once, while the worker is not finished, as somebody holds its pipes.  Then a
# second signal has everything killed.
last=/proc/sys/kernel/ns_last_pid
if [ -w "$last" ] && [ -n "${ISOLATED:-}" ]; then
	core_start -o grace=60000 -o drain=60000 \
	    'extract=ignore start take exit=7' 'consolidate=ignore start stall'
	wait_until 5 events 2 '^ready'
	worker=$(sed -n 's/^ready extract\[\([0-9]*\)\]/\1/p' "$OUT")
	exec 9>"/proc/$worker/fd/4"
	kill -TERM "$sup"
	reaped() { [ ! -e "/proc/$worker" ]; }
	wait_until 5 reaped
	tries=0 stranger=
	while [ "$stranger" != "$worker" ] && [ "$tries" -lt 50 ]; do
		[ -z "$stranger" ] || kill "$stranger"
		echo $((worker - 1)) >"$last"
		sleep 30 &
		stranger=$!
		tries=$((tries + 1))
	done
	check "row 26: a stranger has the dead worker's pid" \
	    [ "$stranger" = "$worker" ]
	kill -TERM "$sup"
	check "row 26: all are killed" \
	    wait_until 5 events 1 '^ended consolidate.*signal 9'
	check "row 26: the dead one is not finished" \
	    has_not '^ended extract' "$OUT"
	check "row 26: the stranger is not harmed" is_alive "$stranger"
	exec 9>&-
	kill "$stranger"
	wait "$stranger" 2>/dev/null
	core_wait
	core_clean "row 26"
else
	skip "row 26: a pid that is used again" "ns_last_pid is not ours"
fi

# Row 28: numbers wrap while workers come and go.
if [ -w "$last" ] && [ -n "${ISOLATED:-}" ]; then
	max=$(cat /proc/sys/kernel/pid_max)
	core_start -o base=0 -o cap=0 -o intensity=100000 -o healthy=1 \
	    'extract*4+=start exit=0' 'consolidate=start'
	wait_until 5 events 20 '^ended'
	before=$(fd_count "$sup")
	wraps=0
	while [ "$wraps" -lt 3 ]; do
		n=$(count_of '^ended' "$OUT")
		echo $((max - 20)) >"$last"
		wait_until 20 events $((n + 60)) '^ended' || break
		wraps=$((wraps + 1))
	done
	check "row 28: pids wrapped three times under restarts" \
	    [ "$wraps" -eq 3 ]
	check "row 28: who did not die was not touched" \
	    has_not '^ended consolidate' "$OUT"
	few() { [ "$(fd_count "$sup")" -le $((before + 16)) ]; }
	check "row 28: no descriptor is left" wait_until 3 few
	core_stop
	check "row 28: each end by itself is an exit status 0" [ \
	    "$(count_of 'cause=exit' "$OUT")" -eq \
	    "$(count_of 'cause=exit .*exit status 0' "$OUT")" ]
	core_clean "row 28"
else
	skip "row 28: pids wrap" "ns_last_pid is not ours"
fi

# Row 16: a fork bomb, bounded by a control group so that the test is too.
bomb=/sys/fs/cgroup/pids/mnemod-test-$(now_ms)
if mkdir "$bomb" 2>/dev/null && echo 40 >"$bomb/pids.max"; then
	core_start -o grace=500 -o requests=50 'extract=start' \
	    'consolidate=sleep=400 start bomb'
	wait_until 5 logged 2 ': started'
	sed -n 's/.*consolidate\[\([0-9]*\)\]: started.*/\1/p' "$LOG" \
	    >"$bomb/cgroup.procs"
	full() { [ "$(wc -l <"$bomb/cgroup.procs")" -ge 35 ]; }
	check "row 16: the bomb went off" wait_until 10 full
	check "row 16: another worker is served meanwhile" \
	    wait_until 10 events 1 '^done'
	core_stop
	empty() { [ ! -s "$bomb/cgroup.procs" ]; }
	check "row 16: its processes are gone" wait_until 5 empty
	core_clean "row 16"
	wait_until 2 rmdir "$bomb"
else
	skip "row 16: a fork bomb" "no pids control group here"
fi
finish
