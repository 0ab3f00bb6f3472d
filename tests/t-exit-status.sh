#!/bin/sh
# A worker's exit status is the only thing that it can still say when it is
# gone: which of 256 it was, which signal took it, or that it was never
# executed.  A supervisor that mixes these up restarts what it must not.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# Row 1: all 256 statuses, in one run.
n=0 args=
while [ "$n" -lt 256 ]; do
	args="$args extract=exit=$n"
	n=$((n + 1))
done
# shellcheck disable=SC2086
core_run -1 $args
n=0 missing=
while [ "$n" -lt 256 ]; do
	[ "$(count_of "^ended .*: exit status $n\$" "$OUT")" -eq 1 ] ||
	    missing="$missing $n"
	n=$((n + 1))
done
check "row 1: each of 256 exit statuses is told exactly ($missing)" \
    [ -z "$missing" ]
check "row 3: all of 256 that end together are reaped" \
    events 256 '^ended .*cause=exit'
core_clean "row 1"

# Row 2: what ends a process by default.
missing=
for s in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 24 25 26 27 29 30 31; do
	core_run -1 "extract=start signal=$s"
	has "^ended .*cause=exit .*: signal $s (" "$OUT" ||
	    missing="$missing $s"
done
check "row 2: each deadly signal is named ($missing)" [ -z "$missing" ]
core_clean "row 2"

# Row 2: it is no reason to stay away.
core_start -o base=20 -o cap=20 'extract+=start signal=11'
check "row 2: one that dies of a signal starts again" \
    wait_until 5 events 2 '^ended .*next=restarts .*signal 11'
core_stop
core_clean "row 2: again"

# Row 2: whether it left its memory behind, where the kernel writes that.
case ${SANITIZED:-}$(cat /proc/sys/kernel/core_pattern) in
1* | '' | '|'* | */*)
	skip "row 2: core dumped" "nothing is dumped here"
	;;
*)
	# shellcheck disable=SC3045 # dash and bash have it
	if (cd "$T" && ulimit -c unlimited &&
	    core_run -1 'extract=start signal=3') 2>/dev/null; then
		check "row 2: a core is told of" \
		    has '^ended .*: signal 3 (.*), core dumped$' "$OUT"
	else
		skip "row 2: core dumped" "no right to dump"
	fi
	;;
esac

# Row 5: what cannot be executed.
mkdir -p "$T/bad/mnemod-agent"
printf 'not a program\n' >"$T/bad/mnemod-extract"
printf 'not a program\n' >"$T/bad/mnemod-wspace"
chmod 755 "$T/bad/mnemod-extract"
chmod 644 "$T/bad/mnemod-wspace"
core_run -1 -l "$T/bad" extract+=start consolidate+=start workspace+=start \
    gateway+=start
check "row 5: a file that is no program: errno and path" \
    has 'not started: exec .*/bad/mnemod-extract: Exec format error' "$OUT"
check "row 5: a directory is refused at the start, by name" \
    has 'mnemod-agent: not a regular file' "$LOG"
check "row 5: a file without x is refused at the start" \
    has 'mnemod-wspace: Permission denied' "$LOG"
check "row 5: a missing file is refused at the start" \
    has 'mnemod-gateway: No such file' "$LOG"
check "row 5: none is tried twice" \
    [ "$(count_of '^ended' "$OUT")" -eq 8 ]
check "row 5: the child of the failed exec is reaped" \
    events 4 'next=failed cause=spawn'
core_clean "row 5"
finish
