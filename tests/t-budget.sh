#!/bin/sh
# Memory work has emptied people's quotas overnight: what failed was not
# counted, what was under way when the machine went down was forgotten, and
# nobody could say why nothing happened.  Here a model answers for real, and
# the ledger decides whether it is asked.
# shellcheck disable=SC2154
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh

CTL=$B/test/mnemoctl

counted() { sql 'select coalesce(sum(tokens), 0) from model_requests'; }
asked() { sql 'select count(*) from model_requests'; }
outputs() { sql 'select count(*) from stage1_outputs'; }
settled() { sql 'select count(*) from model_requests where settled_at is null'; }
wait_line() { "$CTL" -o now="$NOW" status | grep 'waits:'; }
# fresh USAGE LINE...: a new world and server, whose answers use that much.
fresh() {
	world_new
	world_fill tests/data/codex
	model_start "times=200 usage=$1 ${RULE:-} stage_one"
	shift
	model_conf responses 'pipeline { max_rollout_age_days = 0 }' "$@"
}

# A ceiling in tokens, eight at a time, run after run.
fresh 18000,0,50,0 'budget { tokens_per_day = 60000 }'
for run in 1 2 3; do
	mn -1
	check "tokens_per_day, run $run: work is left waiting" [ $? -eq 8 ]
	[ "$run" -gt 1 ] || check "tokens_per_day: the log says so" has \
	    'ceiling is reached: tokens_per_day; work waits until' "$LOG"
	check "tokens_per_day, run $run: never more than the ceiling" \
	    [ "$(counted)" -le 60000 ]
	check "tokens_per_day, run $run: asked three times in all" \
	    [ "$(asked)" -eq 3 ]
	check "tokens_per_day, run $run: the server saw no more" requests 3
done
check "what was used counts, not what was reserved" [ "$(counted)" -eq 54150 ]
check "each request is settled" [ "$(settled)" -eq 0 ]
check "status says which ceiling, and until when" sh -c \
    "'$CTL' -o now=$NOW status |
    grep -q 'waits: budget.tokens_per_day is reached, until in 2[34] hours'"
id=$(sql "select job_key from jobs where kind = 'memory_stage1' and
    status = 'pending' limit 1")
check "why names it for a thread" sh -c "'$CTL' -o now=$NOW why $id |
    grep -q 'FAIL.*budget.*tokens_per_day is reached'"
check "no job paid for it with a retry" [ "$(sql \
    "select count(*) from jobs where kind = 'memory_stage1' and
    (last_error is not null or retry_remaining < 3)")" -eq 0 ]
"$CTL" -o now="$NOW" usage --by purpose >"$T/usage"
check "usage has the same sum" has "^total  *3 .* 54150 " "$T/usage"
# A day later there is room again; the same now, with a higher ceiling.
mn -o budget.tokens_per_day=80000 -1
check "a higher ceiling lets the next one through" [ "$(asked)" -eq 4 ]
NOW=2026-11-24T12:10:00Z mn -1
check "and so does the next day" [ "$(asked)" -gt 5 ]
check "whose ceiling holds as well" [ "$(sql "select sum(tokens) from
    model_requests where at > strftime('%s', '2026-11-23T12:10:00')")" -le 60000 ]
model_stop

# What was under way when the power went counts as it was reserved.
RULE='wait=60000' fresh 10,0,10,0 'budget { tokens_per_day = 70000 }'
mn_start
wait_until 20 [ -s "$REQ" ]
sleep 0.5
kill -9 "$sup"
wait "$sup" 2>/dev/null
open=$(settled)
before=$(counted)
check "kill -9: requests were under way" [ "$open" -gt 0 ]
model_stop
model_start 'times=200 usage=30000,0,50,0 stage_one'
model_conf responses 'pipeline { max_rollout_age_days = 0 }' \
    'budget { tokens_per_day = 70000 }'
mn -1
check "kill -9: what was reserved still counts" \
    [ "$(sql 'select sum(tokens) from model_requests where settled_at is null')" \
    -eq "$before" ]
check "kill -9: and the ceiling holds over both lives" \
    [ "$(counted)" -le 70000 ]
model_stop

# A request that is larger than the whole ceiling fails, with the key.
fresh 10,0,10,0 'budget { tokens_per_day = 17000 }'
mn -1
check "too large at all: the jobs fail" [ $? -eq 1 ]
check "too large at all: nothing was sent" requests 0
check "too large at all: the key is named" [ "$(sql "select count(*) from jobs
    where last_error like '%larger than budget.tokens_per_day%'")" -gt 0 ]
model_stop

fresh 10,0,10,0 'budget { requests_per_day = 4 }'
mn -1
check "requests_per_day: status 8" [ $? -eq 8 ]
check "requests_per_day: so many" requests 4
check "requests_per_day: said" [ -n "$(wait_line | grep requests_per_day)" ]
model_stop

MORE='price_input = 1 price_output = 2' \
    fresh 20000,0,1000,0 'budget { money_per_day = 0.1 }'
mn -1
check "money_per_day: status 8" [ $? -eq 8 ]
check "money_per_day: never more" [ "$(sql 'select sum(money) from
    model_requests')" -le 100000 ]
check "money_per_day: a request costs 0.022" [ "$(sql 'select distinct money
    from model_requests')" -eq 22000 ]
model_stop

world_new
world_fill tests/data/codex
model_start 'times=200 usage=10,0,10,0 stage_one'
model_conf responses \
    'pipeline { max_rollout_age_days = 0 backfill_per_day = 2 }'
mn -1
check "backfill_per_day: status 8" [ $? -eq 8 ]
check "backfill_per_day: so many rollouts" [ "$(outputs)" -le 3 ]
check "backfill_per_day: said" [ -n "$(wait_line | grep backfill_per_day)" ]
mn -1
check "backfill_per_day: no more in a second run" [ "$(sql \
    'select count(distinct thread_id) from model_requests')" -le 2 ]
model_stop
world_clean "budget"
finish
