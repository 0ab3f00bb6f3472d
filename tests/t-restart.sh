#!/bin/sh
# A worker that crashes at once has been restarted for nine hours at full
# load; one that said "do not restart me" was restarted all the same.
. tests/lib.sh
. tests/core.sh
isolate
core_setup

# Row 60: at once and for ever.
core_start -o base=20 -o cap=160 -o intensity=6 'extract+=start exit=1'
check "row 60: failed after more deaths than allowed" \
    wait_until 10 events 1 'next=failed'
check "row 60: that was the seventh" [ "$(count_of '^ended' "$OUT")" -eq 7 ]
gaps=$(sed -n 's/.*starts again in \([0-9.]*\) s$/\1/p' "$LOG" | tr '\n' ' ')
check "row 60: the back-off grows to its cap ($gaps)" \
    [ "$gaps" = "0.0 0.0 0.1 0.2 0.2 0.2 " ]
before=$(cpu_ticks "$sup")
sleep 1
used=$(($(cpu_ticks "$sup") - before))
check "row 60: and rests ($used ticks in 1 s)" [ "$used" -le 10 ]
check "row 60: no descriptor is lost" \
    [ "$(sed -n 's/^ended .* fds=\([0-9]*\):.*/\1/p' "$OUT" | sort -u |
    wc -l)" -eq 1 ]
core_stop
check "row 60: a failed child is gone in the end" has 'next=gone' "$OUT"
core_clean "row 60"

# Row 62: statuses that veto.
for s in 64 65 66; do
	core_run -1 "extract+=start exit=$s"
	check "row 62: status $s is not restarted" \
	    has "next=failed cause=exit.*exit status $s\$" "$OUT"
	check "row 62: status $s: once" [ "$(count_of '^ready' "$OUT")" -eq 1 ]
done

# One that was killed from outside comes back.
core_start -o base=50 'extract+=start'
wait_until 5 events 1 '^ready'
kill -KILL "$(worker_pid)"
check "row 56: killed from outside: starts again" \
    wait_until 5 events 2 '^ready'
core_stop
core_clean "row 56"

# A worker that is not restartable.
core_run -1 'consolidate=start exit=1'
check "an agent is not restarted" has 'next=gone cause=exit' "$OUT"
core_clean "an agent"
finish
