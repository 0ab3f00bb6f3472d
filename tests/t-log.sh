#!/bin/sh
# The log went to the terminal of a session that is closed, to a journal that
# the operator may not read, or nowhere.  A supervisor that runs is asked for
# its last records, and one who follows them and does not read must hold up
# nobody.
# shellcheck disable=SC2154 # sup is set by mn_start
. tests/lib.sh
isolate
. tests/world.sh

lines() { wc -l <"$1"; }

world_new
world_fill tests/data/codex
mn -1 --yes
before=$(find "$STATE" ! -name '*-shm' -printf '%P %s %T@\n' | sort)
ctl log
check "none runs: status 1" [ "$status" -eq 1 ]
check "none runs: says so" has 'log: no supervisor runs' "$T/err"
check "none runs: nothing is changed" [ "$before" = \
    "$(find "$STATE" ! -name '*-shm' -printf '%P %s %T@\n' | sort)" ]

mn_start -v
SOCK=$W/run/mnemod/control.sock
wait_until 10 [ -S "$SOCK" ]
check "the log is answered" wait_until 10 ctl log
check "each record has its time" [ "$(grep -cvE \
    '^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8} ' "$T/out")" -eq 0 ]
check "it holds what went to standard error" has "$(sed -n \
    's/^mnemod: \([a-z ]*\)$/\1/p' "$LOG" | head -n 1)" "$T/out"
ctl log -n 3
check "-n 3: so many records" [ "$(lines "$T/out")" -eq 3 ]
ctl log -n 0
check "-n 0: status 2" [ "$status" -eq 2 ]
ctl -j log -n 2
check "-j: one document" [ "$(lines "$T/out")" -eq 1 ]
check "-j: its records" has \
    '"records":\[{"seq":[0-9]*,"at":"20[^"]*Z","level":"[a-z]*","text":"' \
    "$T/out"

# Following: what comes, as it comes; others are served meanwhile.
"$B/test/mnemoctl" -o now="$NOW" log -f -n 1 >"$T/follow" 2>"$T/ferr" &
follower=$!
"$B/test/mnemoctl" -o now="$NOW" -j log -f -n 1 >"$T/fjson" 2>&1 &
jfollower=$!
check "-f: begins with the last ones" wait_until 10 [ -s "$T/follow" ]
wait_until 10 [ -s "$T/fjson" ]
ctl history
check "-f: others are served" [ "$status" -eq 0 ]
check "-f: what comes is told" wait_until 10 has 'history: begins' \
    "$T/follow"
check "-f -j: a document for each frame" wait_until 10 has \
    '^{"command":"log".*history: begins.*}$' "$T/fjson"

# Those who do not read: stopped, and one who never did.
kill -STOP "$follower"
"$B/test/ctlpoke" "$SOCK" hold '{"command":"log","args":{"follow":true}}' &
holder=$!
kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$sup/status"; }
had=$(kb)
i=0
while [ $i -lt 12 ]; do
	"$B/test/ctlpoke" "$SOCK" times 500 \
	    '{"command":"log","args":{"lines":"1"}}' >/dev/null
	i=$((i + 1))
	ctl status || break
done
check "6000 records: others are served" [ "$status" -eq 0 ]
[ -n "${SANITIZED:-}" ] ||
    check "6000 records: the supervisor stays small ($had, $(kb) kB)" \
	[ "$(kb)" -lt $((had + 4096)) ]
ctl log -n 100000
check "6000 records: the last are there, the first are not" sh -c \
    'has=$(wc -l <"$1"); [ "$has" -gt 500 ] && [ "$has" -lt 6000 ]' sh "$T/out"
check "6000 records: the supervisor is not disturbed" is_alive "$sup"
kill -CONT "$follower"
ctl history
check "-f: one who was late goes on" wait_until 10 sh -c \
    'tail -n 20 "$1" | grep -q "history: "' sh "$T/follow"
check "-f: and is told what was missed" has \
    '^... [0-9]* records were not read in time' "$T/follow"
kill "$holder"
wait "$holder" 2>/dev/null
open=$(fd_count "$sup")

# The end of either.
kill "$jfollower"
wait "$jfollower" 2>/dev/null
fewer() { [ "$(fd_count "$sup")" -lt "$open" ]; }
check "-f: one who leaves is let go" wait_until 10 fewer
kill -TERM "$sup"
wait "$sup"
check "the supervisor ends in order" [ $? -eq 0 ]
wait "$follower"
check "-f: ends with it, status 0" [ $? -eq 0 ]
check "-f: says so" has 'the supervisor stopped' "$T/ferr"
world_clean "log"
finish
