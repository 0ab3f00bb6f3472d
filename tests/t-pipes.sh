#!/bin/sh
# Pipes between processes lose the last words of the dying, never end because
# somebody else holds them, fill up, or stay in the poll set at end of file
# and burn a processor.  One check for each that has happened to somebody.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# Row 43: said and gone, many times: every message arrives before the end.
core_run -1 'extract*500=start alive=3 err=last-words exit=0'
check "row 43: each becomes ready before it is ended" events 500 '^ready'
check "row 43: none of the last words is lost" \
    [ "$(count_of 'stderr: last-words' "$LOG")" -eq 500 ]
check "row 43: each end is told once" \
    [ "$(count_of '^ended' "$OUT")" -eq 500 ]
core_clean "row 43"
core_run -1 -o requests=1 "extract*200=start take\
 raw={\"type\":\"extracted\",\"id\":2,\"body\":{\"outcome\":\"no_output\",\"generator\":\"x\"}} exit=0"
check "row 43: a reply and then exit: delivered" events 200 '^message'

# Row 44: a descendant holds the pipes, and nobody may kill it meanwhile.
core_run -1 -o drain=300 'extract=start leak exit=5'
check "row 44: finished all the same, with its status" \
    has 'exit status 5' "$OUT"
core_clean "row 44"
# The same, held by a stranger.
core_start -o drain=300 'extract=start stall'
wait_until 5 events 1 '^ready'
worker=$(worker_pid)
exec 8>"/proc/$worker/fd/2" 9>"/proc/$worker/fd/4"
kill -KILL "$worker"
check "row 44: finished although a stranger holds its pipes" \
    wait_until 5 events 1 '^ended .*signal 9'
check "row 44: it says so" has 'held open by somebody, closed' "$LOG"
core_stop
exec 8>&- 9>&-
core_clean "row 44: a stranger"

# Row 45: a worker's pipe is nobody else's.
core_start 'extract=start show' 'extract=start show' 'extract=start show'
wait_until 5 logged 3 ': fds: '
check "row 45: a worker has its own descriptors only" \
    [ "$(count_of 'fds: 0 1 2 3 4 7$' "$LOG")" -eq 3 ]
check "a worker's environment is LANG and room for a title" \
    [ "$(count_of 'env: ' "$LOG")" -eq \
    "$(count_of 'env: LANG=C$\|env: MNEMOD_TITLE\|env: .SAN_OPT\|env: UBSAN\|env: __LLVM_PROFILE' \
    "$LOG")" ]
kill -KILL "$(worker_pid 2)"
check "row 45: the end of one is seen at once" \
    wait_until 1 events 1 '^ended .*signal 9'
core_stop
core_clean "row 45"

# Row 46: one that never reads.
core_start -o grace=300 -o flood=100 'extract=start deaf' 'consolidate=start'
wait_until 10 events 1 '^ended extract'
check "row 46: the queue is bounded" has '^flooded .* 6[0-9]$' "$OUT"
check "row 46: its worker is ended" has 'cause=stuck.*does not read' "$OUT"
memory_below "row 46: the memory is given back" VmRSS "$sup" 65536
core_stop
core_clean "row 46"

# Row 47: four that flood; the other is served all the same.
flooded=$(now_ms)
core_start -o grace=500 -o requests=200 'extract*4=start flood' 'extract=start'
check "row 47: 200 requests of another are served" \
    wait_until 60 events 1 '^done'
check "row 47: a signal is seen" kill -USR1 "$sup"
check "row 47: although a descriptor is always ready" \
    wait_until 2 events 1 '^signal 10'
lines=$(wc -l <"$LOG")
most=$((500 + ($(now_ms) - flooded) / 10))	# so many a second
check "row 47: its log records are limited ($lines of $most)" \
    [ "$lines" -lt "$most" ]
memory_below "row 47: memory stays flat" VmHWM "$sup" 65536
core_stop
core_clean "row 47"

# Row 27: half a frame of the dead is not the beginning of a frame of its
# successor.
core_start -o base=20 -o cap=20 -o intensity=10 'extract+=start half exit=3'
check "row 27: the successor begins with a frame of its own" \
    wait_until 10 events 4 '^ready'
core_stop
core_clean "row 27"
core_start -o base=20 -o cap=20 -o intensity=10 'extract+=start torn exit=3'
check "row 27: its first message is not the payload that is missing" \
    wait_until 10 events 4 '^ready'
check "row 27: nor is anything else" has_not 'nobody answers' "$LOG"
core_stop
core_clean "row 27: a payload"

# Row 48: large frames both ways at once.
core_start -o flood=20 -o requests=1 'extract=start big=20 serve' \
    'extract=start big=20 serve'
check "row 48: nobody waits for the other for ever" \
    wait_until 20 events 2 '^done'
core_stop
core_clean "row 48"

# Row 49: every read and write of the supervisor moves 1 to 7 bytes.
if [ -z "${SANITIZED:-}" ]; then
	LD_PRELOAD=$B/test/shim.so
	SHIM_SHORT=7
	export LD_PRELOAD SHIM_SHORT
	core_start -o requests=50 'extract*3=start log=20 err=a-line' \
	    'extract=start body exit=4'
	unset LD_PRELOAD SHIM_SHORT
	check "row 49: all is served in small pieces" \
	    wait_until 20 events 3 '^done'
	check "row 49: a torn frame is seen for what it is" \
	    has 'cause=protocol' "$OUT"
	core_stop
	check "row 49: the lines on standard error are whole" \
	    [ "$(count_of 'stderr: a-line$' "$LOG")" -eq 3 ]
	core_clean "row 49"
else
	skip "row 49: short reads and writes" "the sanitizer has its own"
fi

# Row 51: the worker closed the pipe that we write to.
core_run -1 -o grace=300 -o requests=1 'extract=start hush stall' \
    'extract=start exit=0'
check "row 51: no death by SIGPIPE; the worker is ended" \
    has '^ended extract.*signal 15' "$OUT"
core_clean "row 51"

# Row 52: the pipe that it writes to, and dead workers: no busy loop.
core_start -o grace=60000 'extract=ignore start shut stall' \
    'extract=start exit=1' 'consolidate=start'
wait_until 5 events 1 '^ended'
before=$(cpu_ticks "$sup")
sleep 2
used=$(($(cpu_ticks "$sup") - before))
check "row 52: idle at end of file ($used ticks in 2 s)" [ "$used" -le 20 ]
before=$(fd_count "$sup")
kill -TERM "$sup"
core_stop INT
core_clean "row 52"
check "row 52: no descriptor is left open" \
    has '^over .* fds=' "$OUT"
finish
