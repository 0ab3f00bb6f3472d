#!/bin/sh
# A local model server that is not running once meant: a line a second in the
# log, a busy processor, and sessions that had spent their retries before it
# came up.
# shellcheck disable=SC2154 # mn_start sets sup
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

# A port that nobody serves.
model_start 'text=a'
model_stop

away() {
	world_new
	session 1 2026-11-22T10:00:00Z
	session 2 2026-11-22T11:00:00Z
	model_conf "$1"
}
outputs() {
	[ "$(sql 'select count(*) from stage1_outputs' 2>/dev/null)" = "$1" ]
}
# All processes of the supervisor, in ticks.
ticks() {
	n=0
	for p in "$sup" $(pgrep -P "$sup"); do
		n=$((n + $(cpu_ticks "$p" 2>/dev/null || echo 0)))
	done
	echo "$n"
}

away responses
mn -1 --yes
check "once: work is left waiting" [ $? -eq 8 ]
check "once: told in a sentence" has \
    "provider fake: .*127.0.0.1.*$PORT.*(transport)" "$LOG"
check "once: and until when" has \
    'provider fake: .*; work waits until 2026-11-23T12:.*(transport)' "$LOG"
check "once: no lines without end" [ "$(wc -l <"$LOG")" -lt 20 ]
check "once: no job paid for it" [ "$(sql "select group_concat(status || ' ' ||
    retry_remaining, ',') from jobs where kind = 'memory_stage1'")" = \
    "pending 3,pending 3" ]
check "once: attempts are in the ledger, and cost nothing" \
    [ "$(sql "select count(*) between 5 and 10, sum(tokens), count(*) - count(settled_at)
    from model_requests")" = "1|0|0" ]
"$B/test/mnemoctl" -o now="$NOW" status >"$T/status"
check "once: status says why nothing happens" has 'waits:.*until' "$T/status"
world_clean "once"

# A supervisor that stays: waits, and goes on when the server is there.
away chat
mn_start
has_hold() { has 'work waits until' "$LOG"; }
check "staying: gives up for now" wait_until 40 has_hold
sleep 1
before=$(ticks) lines=$(wc -l <"$LOG")
sleep 5
used=$(($(ticks) - before))
check "staying: does not spin ($used ticks in 5 s)" \
    [ "$used" -le 50 ]
tail -n +"$((lines + 1))" "$LOG" >"$T/meanwhile"
check "staying: says nothing more of it" has_not 'provider' "$T/meanwhile"
model_start -p "$PORT" 'times=0 stage_one'
check "staying: asks when the time has come" wait_until 70 outputs 2
check "staying: says so" has 'provider fake: it answers again' "$LOG"
check "staying: no job paid for it" [ "$(sql "select min(retry_remaining)
    from jobs where kind = 'memory_stage1'")" -eq 3 ]
mn_stop
check "staying: ends" [ $? -eq 0 ]
world_clean "staying"
model_stop

# It goes away in the middle and comes back while the asker still waits.
world_new
session 1 2026-11-22T10:00:00Z
model_start -t 600 'text=a cut=300 end=silence'
model_conf responses
mn_start
asked() { [ -s "$REQ" ]; }
check "in the middle: it is asked" wait_until 20 asked
model_stop
model_start -p "$PORT" 'times=0 stage_one'
check "in the middle: asked again" wait_until 40 outputs 1
check "in the middle: both attempts are in the ledger" [ "$(sql "select
    group_concat(outcome, ' ') from model_requests")" = "transport ok" ]
mn_stop
world_clean "in the middle"
check "no gateway is left" no_orphans mnemod-gateway
model_stop
finish
