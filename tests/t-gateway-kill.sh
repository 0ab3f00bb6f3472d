#!/bin/sh
# A helper that is killed in the middle of a reply has left requests without
# an answer, counted them twice, or not at all.  Here the gateway is killed
# again and again while a model answers; what is left at the end
# is what there would be without.  KILLS=100 takes seven minutes.
# shellcheck disable=SC2154
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh

asked() { sql 'select count(*) from model_requests'; }
lost() { sql "select count(*) from model_requests where outcome = 'transport'"; }
# One that stays: the model answers nothing now.
is_open() { [ "$(sql 'select count(*) from model_requests
    where settled_at is null')" -gt 0 ]; }
again() {
	sqlite3 "$STATE/state.db" \
	    "delete from stage1_outputs; delete from provider_holds;
	    delete from jobs where kind = 'memory_stage1'"
}
asked_more() { [ "$(wc -l <"$REQ")" -gt "$asks" ] || is_gone "$sup"; }
world_new
world_fill tests/data/codex
KILLS=${KILLS:-12}
model_start -t 1200 'times=100000 usage=100,0,50,0 drip=10 delta=40 stage_one'
model_conf responses 'pipeline { max_rollout_age_days = 0 backfill_per_day = 0 }' \
    'budget { tokens_per_day = 0 requests_per_day = 0 }'

killed=0
runs=0
bad=0
last=0
while [ $killed -lt "$KILLS" ] && [ $runs -lt $((KILLS * 4)) ]; do
	runs=$((runs + 1))
	# What was done is made again: each run has all of its work.
	[ ! -e "$STATE/state.db" ] || again
	mn_start -1
	n=0
	while is_alive "$sup" && [ $n -lt 4 ]; do
		# A reply is under way, and begun: it takes a third of a second.
		asks=$(wc -l <"$REQ")
		wait_until 5 asked_more
		sleep "0.$((runs * 7 % 3))$((n * 3 + 1))"
		pid=$(pids_of mnemod-gateway)
		if [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; then
			killed=$((killed + 1))
		fi
		n=$((n + 1))
	done
	wait "$sup"
	status=$?
	case $status in 0 | 1 | 8) ;; *) bad=$((bad + 1)) ;; esac
	[ "$(sql 'select count(*) from model_requests where settled_at is
	    null')" -eq 0 ] || bad=$((bad + 1))
	[ "$(sql "select count(*) from jobs where status = 'running' or
	    (kind = 'memory_stage1' and last_error is not null)")" -eq 0 ] ||
	    bad=$((bad + 1))
	# An output for each attempt that worked, and for no other.
	[ "$(sql "select count(*) from model_requests where outcome = 'ok' and
	    id > $last")" -ge "$(sql 'select count(*) from stage1_outputs')" ] ||
	    bad=$((bad + 1))
	last=$(sql 'select max(id) from model_requests')
done
check "killed $killed times in $runs runs" [ $killed -ge "$KILLS" ]
check "each run ends, nothing is left open or running" [ $bad -eq 0 ]
# Each of these may have come a moment too late; this one does not.
again
before=$(lost)
kill -STOP "$model"
mn_start -1
check "a request is open" wait_until 20 is_open
kill -9 "$(pids_of mnemod-gateway)"
kill -CONT "$model"
wait "$sup"
check "some were lost with their gateway" [ "$(lost)" -gt "$before" ]
check "what was lost counts as it was reserved" [ "$(sql "select count(*) from
    model_requests where outcome = 'transport' and tokens not in
    (0, reserved)")" -eq 0 ]
check "the server saw no request that is not in the ledger" \
    [ "$(wc -l <"$REQ")" -le "$(asked)" ]
sqlite3 "$STATE/state.db" "delete from provider_holds"
NOW=2026-11-23T14:30:00Z mn -1
NOW=2026-11-23T16:00:00Z mn -1
check "left in peace, all is done" [ "$(sql \
    'select count(*) from stage1_outputs')" -ge 8 ]
model_stop
world_clean "gateway killed"
finish
