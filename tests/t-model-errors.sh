#!/bin/sh
# A provider that has trouble must not cost a session its memory, and must
# not be asked in a loop.  Each class of trouble: what becomes of the job, who
# asks again, what is held back until when, and that every attempt is in the
# ledger once, whatever came back.
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

# trial RULE...: one session that is due, a server with these rules, a pass.
trial() {
	world_new
	session 1 2026-11-22T10:00:00Z
	model_start "$@"
	model_conf "${API:-responses}"
	began=$(now_ms)
	mn -1 --yes -v
	status=$?
	took=$(($(now_ms) - began))
}

ledger() {
	sql "select group_concat(coalesce(outcome, '-'), ' ') from
	    (select outcome from model_requests order by id)"
}
held() {
	sql "select $1 from provider_holds"
}

# shows NAME STATUS LEDGER JOB: the exit status, the outcomes in the ledger,
# the job's status and the retries that it has left.
shows() {
	check "$1: status $2" [ "$status" -eq "$2" ]
	check "$1: in the ledger: $3" [ "$(ledger)" = "$3" ]
	check "$1: each attempt once" [ "$(sql "select count(*),
	    count(distinct attempt), count(settled_at)
	    from model_requests")" = "$(set -- $3; echo "$#|$#|$#")" ]
	check "$1: as many as the server saw" requests "$(set -- $3; echo $#)"
	check "$1: the job: $4" \
	    [ "$(job 1 "status || ' ' || retry_remaining")" = "$4" ]
	# The errors of the tests speak of the key and of the whole prompt.
	check "$1: the key is in no file" [ -z "$(grep -rl "$KEY" "$W")" ]
	check "$1: no word of the session is in the log" \
	    has_not 'parser1\|Fix the crash' "$LOG"
	world_clean "$1"
	check "$1: no gateway is left" no_orphans mnemod-gateway
	model_stop
}

E='message="$KEY and $BODY"'
SOON='header="Retry-After-Ms: 30"'

# It passes: asked again, nobody pays.
trial "status=429 $SOON $E" stage_one
shows "rate limit, once" 0 "rate_limit ok" "done 3"
trial "failed=rate_limit_exceeded message='Please try again in 20ms.'" stage_one
shows "rate limit, in the stream" 0 "rate_limit ok" "done 3"
trial "status=503 $SOON $E" "status=500 $SOON $E" "status=529 $SOON" stage_one
shows "overloaded, three times" 0 "overloaded overloaded overloaded ok" "done 3"
trial 'status=0 end=reset' stage_one
shows "reset, once" 0 "transport ok" "done 3"
trial 'text=abc cut=500 end=reset' stage_one
shows "reset in mid-stream" 0 "transport ok" "done 3"
trial 'stage_one no_end' stage_one
shows "an end too early" 0 "transport ok" "done 3"
trial 'text=hello type=text/html' stage_one
shows "no stream of events, once" 0 "protocol ok" "done 3"

# The request is at fault: the job fails, and is not asked again at once.
trial "status=400 $E"
shows "bad request" 1 "invalid_request" "error 2"
trial "status=404 $E"
shows "no such model" 1 "invalid_request" "error 2"
trial "refusal='I will not: \$BODY'"
shows "refusal" 1 "refusal" "error 2"
trial 'times=0 text=hello type=text/html'
shows "never a stream of events" 1 "protocol protocol protocol" "error 2"
trial 'fill=100000'
shows "no JSON" 1 "ok" "error 2"
trial 'text="{\"rollout_summary\":\"Half of" incomplete=max_output_tokens'
shows "cut at its cap" 1 "ok" "error 2"

# The provider is at fault for long: the work is given back, with the time.
trial "status=401 $E"
check "wrong key: held for it" [ "$(held reason)" = auth ]
check "wrong key: the log says what waits until when" \
    has 'provider fake: .*; work waits until 2026-11-23T12:.*(auth)' "$LOG"
shows "wrong key" 8 "auth" "pending 3"
trial "status=403 $E"
shows "forbidden" 8 "auth" "pending 3"
trial "status=429 code=insufficient_quota $E"
check "quota: held for it" [ "$(held reason)" = quota ]
shows "quota" 8 "quota" "pending 3"
trial 'failed=usage_not_included'
shows "quota, in the stream" 8 "quota" "pending 3"
trial 'status=429 header="Retry-After: 1800"'
check "a long Retry-After is obeyed" [ "$(held 'until - since between 1750 and 1850')" = 1 ]
shows "a long Retry-After" 8 "rate_limit" "pending 3"
trial "times=0 status=503 $SOON $E"
check "overloaded for good: held for it" [ "$(held reason)" = overloaded ]
shows "overloaded for good" 8 \
    "overloaded overloaded overloaded overloaded overloaded" "pending 3"

# While it is held nothing is asked; afterwards it is, once.
trial "times=0 status=503 $SOON"
model_stop
first=$NOW
NOW=2026-11-23T12:00:20Z
model_start 'times=0 stage_one'
model_conf responses
mn -1 --yes
check "held: status 8" [ $? -eq 8 ]
check "held: nothing is asked" requests 0
NOW=2026-11-23T14:00:00Z
mn -1 --yes
check "later: status 0" [ $? -eq 0 ]
check "later: asked once" requests 1
check "later: nothing is held" [ -z "$(held reason)" ]
NOW=$first
model_stop

# The other APIs say the same in their own words.
for API in chat messages; do
	trial "status=429 $SOON $E" "failed=overloaded_error $E" stage_one
	check "$API: trouble, then an answer" [ "$status" -eq 0 ]
	check "$API: three attempts" requests 3
	model_stop
	trial "status=401 $E"
	shows "$API: wrong key" 8 "auth" "pending 3"
done
unset API

# Whoever asked for the session and waits is told how it ended.
world_new
session 1 2026-11-22T10:00:00Z
model_start "times=0 refusal='I will not'"
model_conf responses
mn_start
failed_once() { [ "$(job 1 status 2>/dev/null)" = error ]; }
check "asked for: the first pass failed" wait_until 20 failed_once
ctl extract --wait "$(id 1)"
check "asked for, refused: status 1" [ "$status" -eq 1 ]
check "asked for, refused: says why" has "thread $(id 1): I will not" "$T/err"
mn_stop
world_clean "asked for"
model_stop
finish
