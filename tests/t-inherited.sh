#!/bin/sh
# What a supervisor inherits decides over its workers unless it is put right:
# SIGCHLD ignored loses every status, SIGTERM blocked makes workers deaf, a
# closed descriptor 1 gets a worker's pipe as standard output, and a shell
# leaves children that nobody knows.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# via COMMAND...: start the core under it.
via() {
	: >"$OUT"
	"$@" "$SUP" -v -l "$LIBEXEC" 'extract=start exit=3' \
	    'consolidate=start stall' >"$OUT" 2>"$LOG" &
	sup=$!
	wait_until 5 events 1 '^ended'
	wait_until 5 events 2 '^ready'
}

for how in --ignore-signal=CHLD --block-signal=CHLD; do
	via env "$how"
	check "row 6: $how: the status is right" has 'exit status 3$' "$OUT"
	core_stop
	core_clean "row 6: $how"
done

for how in --ignore-signal=TERM --block-signal=TERM \
    --ignore-signal=INT --block-signal=INT --ignore-signal=PIPE \
    --block-signal=PIPE --block-signal; do
	via env "$how"
	core_stop
	check "row 7: $how: stopped at once ($took ms)" [ "$took" -lt 3000 ]
	check "row 7: $how: the worker dies of SIGTERM" \
	    has '^ended consolidate.*signal 15' "$OUT"
	core_clean "row 7: $how"
done

# Row 8: children from before.
# shellcheck disable=SC2016
via sh -c 'sleep 1 & sleep 300 & exec "$0" "$@"'
check "row 8: inherited children are named" \
    [ "$(count_of 'a child from before the start, left alone' "$LOG")" -eq 2 ]
check "row 8: one that ends is reaped" \
    wait_until 5 logged 1 'exit status 0 (a child from before'
check "row 8: the other is left alone" [ -n "$(pids_of sleep)" ]
core_stop
check "row 8: also at the end" [ -n "$(pids_of sleep)" ]
core_clean "row 8"

# Row 59: no standard descriptors.
rm -f "$OUT"
"$SUP" -v -l "$LIBEXEC" -1 'extract=start err=hello exit=3' <&- >&- 2>&-
status=$?
core_clean "row 59: 0, 1 and 2 closed"
"$SUP" -v -l "$LIBEXEC" -1 'extract=start err=hello show exit=3' \
    <&- >&- 2>"$LOG"
status=$?
check "row 59: nothing is mixed up" has 'fds: 0 1 2 3 4 7$' "$LOG"
core_clean "row 59: 0 and 1 closed"
: >"$LOG"
"$SUP" -v -l "$LIBEXEC" 'extract=start' <&- >&- 2>"$LOG" &
sup=$!
ready() { has 'extract.*: ready' "$LOG"; }
wait_until 5 ready
check "row 59: 0 and 1 are taken, by nothing" [ "$(readlink \
    "/proc/$sup/fd/0" "/proc/$sup/fd/1" | sort -u)" = /dev/null ]
core_stop
core_clean "row 59: started with 0 and 1 closed"

# Row 25: signals that mean nothing here.  A shell has its background jobs
# ignore SIGQUIT, which would pass through exec.
SUP="env --default-signal $SUP"
core_start 'extract=start'
wait_until 5 events 1 '^ready'
for s in HUP USR1 USR2 QUIT ALRM WINCH VTALRM IO PWR URG CONT PIPE 40; do
	kill -$s "$sup"
	sleep 0.05
done
check "row 25: HUP is handed on" wait_until 2 events 1 '^signal 1$'
check "row 25: USR1 is handed on" wait_until 2 events 1 '^signal 10$'
check "row 25: none of the others ends it" is_alive "$sup"
check "row 25: nor the worker" has_not '^ended' "$OUT"
core_stop
core_clean "row 25"
finish
