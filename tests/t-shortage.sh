#!/bin/sh
# No more processes, no more descriptors, every call interrupted: supervisors
# have died of each, or spun at full load.  Ours waits and tries again.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# Row 54: no descriptors for pipes.  Ten workers need more than there are.
# Each try makes pipes, so their number tells a spinning one from one that
# waits.
core_start_limited() {
	: >"$OUT"
	: >"$LOG"
	(
		# shellcheck disable=SC3045 # dash and bash have it
		ulimit -n 32
		exec $counter "$SUP" -v -l "$LIBEXEC" "$@"
	) >"$OUT" 2>"$LOG" &
	sup=$!
}
counter=
command -v strace >/dev/null &&
    counter="strace -qq -D -e trace=pipe2 -o $T/pipes"
core_start_limited -o base=100 -o cap=500 'extract*10=start sleep=1000 exit=0'
check "row 54: out of descriptors: said" \
    wait_until 5 logged 1 'no process: Too many open files'
check "row 54: once, not for each" \
    [ "$(count_of 'no process' "$LOG")" -eq 1 ]
check "row 54: all come to life later" wait_until 20 events 10 '^ready'
core_stop
if [ -n "$counter" ]; then
	tries=$(count_of '^pipe2' "$T/pipes")
	check "row 54: without spinning ($tries pipes)" [ "$tries" -lt 1000 ]
else
	skip "row 54: without spinning" "strace is not installed"
fi
core_clean "row 54"

# A hundred workers that started at once were not ready in time on a busy
# machine, none of them: more than a few wait until others are ready.
most_starting() {
	awk '/: started$/ && ++n > most { most = n }
	    /: ready$/ { n-- }
	    END { print most + 0 }' "$LOG"
}
core_run -1 -o starting=3 'extract*20=sleep=30 start exit=0' \
    'consolidate=start exit=0'
check "many at once: three of them start ($(most_starting))" \
    [ "$(most_starting)" -eq 3 ]
check "many at once: each is ready in the end" \
    [ "$(count_of '^ready' "$OUT")" -eq 21 ]
check "many at once: each is told to have ended, once" \
    [ "$(count_of '^ended' "$OUT")" -eq 21 ]
core_clean "many at once"
core_run -1 -o starting=2 'extract*9=exit=5' 'extract=start exit=0'
check "many at once: one that is never ready keeps no place" \
    events 1 '^ready'
core_start -o starting=2 -o stop_after=50 'extract*20=sleep=300 start'
check "many at once: two start" wait_until 5 logged 2 ': started'
core_stop
check "many at once: a stop starts no other" \
    [ "$(count_of ': started' "$LOG")" -eq 2 ]
check "many at once: a stop ends those that wait" \
    [ "$(count_of '^ended' "$OUT")" -eq 20 ]
core_clean "many at once: a stop"
rm "$LIBEXEC/mnemod-agent"
core_run -1 -o starting=1 'consolidate*3=start' 'extract=start exit=0' \
    'consolidate*3=start' 'extract=start exit=0'
check "many at once: a turn that cannot be taken is another's" \
    [ "$(count_of '^ready' "$OUT")" -eq 2 ]
core_setup

# Row 53 and row 50 need a tracer that makes system calls fail.
if ! command -v strace >/dev/null; then
	skip "row 53: fork fails" "strace is not installed"
	skip "row 50: EINTR" "strace is not installed"
	finish
fi

# Row 53: fork fails twice.
strace -qq -o /dev/null -e trace=clone,clone3,fork \
    -e inject=clone,clone3,fork:error=EAGAIN:when=1..2 \
    "$SUP" -v -l "$LIBEXEC" -1 -o base=50 'extract=start exit=3' \
    >"$OUT" 2>"$LOG"
status=$?
check "row 53: fork fails: said" \
    has 'no process: Resource temporarily unavailable' "$LOG"
check "row 53: tried again, until it works" has 'exit status 3$' "$OUT"
check "row 53: a worker that is not restartable as well" \
    [ "$(count_of '^ended' "$OUT")" -eq 1 ]
core_clean "row 53"

# interrupted CALL:WHEN ARG...: the core, with these calls of the supervisor
# interrupted.
interrupted() {
	call=${1%:*} when=${1#*:}
	shift
	timeout -s KILL 60 strace -qq -o /dev/null -e "trace=$call" \
	    -e "inject=$call:error=EINTR:when=$when" \
	    "$SUP" -v -l "$LIBEXEC" -1 "$@" >"$OUT" 2>"$LOG"
	status=$?
}

# Row 50: every second or third call of each kind is interrupted, in the
# supervisor; of those that the loader makes too, not the first ones.  Where
# reads take turns, a third of them may always be the same.
for what in read:10+3 read:11+3 read:12+3 write:4+3 ppoll:2+3 wait4:1+2 \
    close:30+3 fcntl:30+3 openat:30+3; do
	case ${SANITIZED:-}${what%:*} in
	1read | 1write | 1close)
		skip "row 50: EINTR from ${what%:*}" \
		    "the sanitizer's own calls do not repeat it"
		continue
		;;
	esac
	interrupted "$what" -o requests=5 -o stop_after=700 \
	    'extract*3=start err=one sleep=40 err=two sleep=40 err=three'
	check "row 50: EINTR from $call: all is served" events 3 '^done'
	check "row 50: EINTR from $call: ended in order" \
	    events 3 '^ended .*next=gone cause=stopped'
	check "row 50: EINTR from $call: no line is lost" \
	    [ "$(count_of 'stderr: \(one\|two\|three\)$' "$LOG")" -eq 9 ]
	core_clean "row 50: $call"
done
mkdir "$T/bad"
printf 'not a program\n' >"$T/bad/mnemod-extract"
chmod 755 "$T/bad/mnemod-extract"
if [ -z "${SANITIZED:-}" ]; then
	for when in 10+3 11+3 12+3; do
		interrupted read:$when -l "$T/bad" 'extract*12=start'
		check "row 50: read:$when: nor why there is no process" \
		    events 12 '^ended .*cause=spawn.*Exec format error'
	done
	core_clean "row 50: exec"
fi
finish
