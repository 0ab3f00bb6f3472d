#!/bin/sh
# The gateway holds every conversation of the moment; when it died, the
# rollouts that it had in hand lost a retry each, or were paid for twice and
# booked once.  It is killed here at random moments of its streams.
#
#	KILLS	how often (12)
# shellcheck disable=SC2154 # mn_start sets sup
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

KILLS=${KILLS:-12}
SESSIONS=6

gateway_pid() {
	pids_of mnemod-gateway | head -n 1
}
up() { [ -n "$(gateway_pid)" ]; }
asked() { [ -s "$REQ" ]; }

# random MAX: a number of milliseconds below it, as seconds.
random() {
	od -An -N4 -tu4 /dev/urandom | awk -v m="$1" '{
		printf "%.3f\n", ($1 % m) / 1000 }'
}

world_new
model_start -t 900 'times=0 stage_one events=1 drip=8'
model_conf responses 'budget { tokens_per_day = 100000000
    requests_per_day = 100000 }' 'pipeline { backfill_per_day = 0 }'

killed=0 run=0 lost=0 bad=
while [ "$killed" -lt "$KILLS" ] && [ "$run" -lt $((KILLS * 2)) ] &&
    [ -z "$bad" ]; do
	run=$((run + 1))
	rm -rf "$STATE" "$ROOT"
	rm -f "$REQ" "$ENDS"
	model_stop
	model_start -p "$PORT" -t 900 'times=0 stage_one events=1 drip=8'
	i=0
	while [ "$i" -lt "$SESSIONS" ]; do
		i=$((i + 1))
		session "$i" "2026-11-22T10:00:0${i}Z"
	done
	mn_start -1 --yes
	wait_until 20 asked
	pause=$(random 450)
	sleep "$pause"
	p=$(gateway_pid)
	[ -n "$p" ] && kill -9 "$p" 2>/dev/null && killed=$((killed + 1))
	# Now and then the next one, too, as soon as it is there.
	if [ $((run % 4)) -eq 0 ]; then
		wait_until 10 up
		sleep "$(random 300)"
		p=$(gateway_pid)
		[ -n "$p" ] && kill -9 "$p" 2>/dev/null && killed=$((killed + 1))
	fi
	wait "$sup"
	status=$?
	[ "$status" -eq 0 ] || bad="status $status"
	[ "$(sql "select count(*) from jobs where kind = 'memory_stage1' and
	    status = 'done' and retry_remaining = 3")" -eq "$SESSIONS" ] ||
	    bad="$bad; jobs: $(sql "select group_concat(status || ' ' ||
	    retry_remaining, ', ') from jobs where kind = 'memory_stage1'")"
	[ "$(sql 'select count(*) from stage1_outputs')" -eq "$SESSIONS" ] ||
	    bad="$bad; outputs are missing"
	# Each attempt once, the last of a rollout ok, the others lost.
	[ "$(sql "select count(*) from model_requests") " = "$(sql "select
	    count(distinct thread_id || attempt) from model_requests") " ] ||
	    bad="$bad; an attempt is in the ledger twice"
	[ "$(sql "select count(*) from model_requests where outcome = 'ok'")" \
	    -eq "$SESSIONS" ] || bad="$bad; a reply is booked twice"
	[ "$(sql "select count(*) from model_requests where settled_at is null
	    or outcome not in ('ok', 'transport')")" -eq 0 ] ||
	    bad="$bad; a row is open or has another outcome"
	# What may have been used counts.
	[ "$(sql "select count(*) from model_requests where
	    outcome = 'transport' and tokens < reserved")" -eq 0 ] ||
	    bad="$bad; a lost attempt is not counted"
	[ "$(wc -l <"$REQ")" -le "$(sql 'select count(*) from model_requests')" ] ||
	    bad="$bad; the server saw more than the ledger"
	lost=$((lost + $(sql "select count(*) from model_requests where
	    outcome = 'transport'")))
	no_orphans mnemod mnemod-gateway mnemod-extract mnemod-agent \
	    mnemod-wspace || bad="$bad; a process is left"
	[ -z "$bad" ] || echo "run $run, killed after $pause s: $bad"
done
check "each of $run runs ends right, its gateway killed $killed times in all" \
    [ -z "$bad" ]
check "it was killed often enough" [ "$killed" -ge "$KILLS" ]
check "and in the middle of replies: $lost were lost" [ "$lost" -ge "$KILLS" ]
world_clean "after it"
model_stop
finish
