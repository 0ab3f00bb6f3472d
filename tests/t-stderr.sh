#!/bin/sh
# A supervisor that blocks on its own log stops supervising: standard error
# is a pipe to a pager that nobody reads, or it is closed.  And what workers
# write there must not fill the log or reach a terminal as it is.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# Row 58: a full pipe that nobody reads.
mkfifo "$T/full"
sleep 300 3<>"$T/full" &
keeper=$!
wait_until 5 [ -e "/proc/$keeper/fd/3" ]
dd if=/dev/zero of="$T/full" bs=4096 oflag=nonblock 2>/dev/null
: >"$OUT"
"$SUP" -v -l "$LIBEXEC" 'extract=start log=40 big=4 exit=3' \
    'consolidate*100=start err=a-line-that-nobody-reads' >"$OUT" \
    2>"$T/full" &
sup=$!
check "row 58: supervision goes on with a full standard error" \
    wait_until 10 events 101 '^ready'
check "row 58: ends are seen" wait_until 5 events 1 '^ended'
kill -TERM "$sup"
gone() { is_gone "$sup"; }
check "row 58: and it stops when asked" wait_until 8 gone
kill -KILL "$sup" 2>/dev/null
kill "$keeper"
wait "$sup"
status=$?
core_clean "row 58: full"

# Row 58: closed; then with nobody at the other end.
"$SUP" -v -l "$LIBEXEC" -1 'extract=start err=hello exit=3' 2>&- >"$OUT"
status=$?
check "row 58: closed" has 'exit status 3$' "$OUT"
core_clean "row 58: closed"
{
	"$SUP" -v -l "$LIBEXEC" -1 'extract=start sleep=300 err=hello exit=3' \
	    2>&1 >"$OUT"
	echo $? >"$T/status"
} | true
wait_until 5 test -s "$T/status"
status=$(cat "$T/status")
check "row 58: nobody reads it" has 'exit status 3$' "$OUT"
core_clean "row 58: broken pipe"

# What workers write.
esc=$(printf 'x\033[2Jy')
core_run -1 "extract=start err=$esc err=plain log=1 exit=0"
check "lines of a worker bear its name" \
    has 'extract\[[0-9]*\]: stderr: plain' "$LOG"
check "and are made printable" has 'stderr: x\\x1b\[2Jy' "$LOG"
core_clean "a worker's lines"
core_start -o grace=300 'extract=start errflood' 'consolidate=start'
sleep 1.5
lines=$(wc -l <"$LOG")
check "a flood of lines is limited ($lines)" [ "$lines" -lt 200 ]
core_stop
check "and what was lost is told" has 'lines were too many' "$LOG"
core_clean "a flood"
finish
