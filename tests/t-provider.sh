#!/bin/sh
# A model server that was not running cost every rollout its retries, filled
# the log and kept a processor busy; keys have turned up in ps(1), in logs and
# in cores.  Here the provider is away, comes back, is the wrong one, and its
# key is looked for wherever a key has been found before.
# shellcheck disable=SC2154
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh

CTL=$B/test/mnemoctl
asked() { sql 'select count(*) from model_requests'; }
outputs() { sql 'select count(*) from stage1_outputs'; }
# refused "sentence" REGEX ARG...: status 3 and such a message.
refused() {
	_what=$1 _re=$2
	shift 2
	mn "$@" -1
	check "$_what: status 3" [ $? -eq 3 ]
	check "$_what: said" has "$_re" "$LOG"
	check "$_what: no state is made" [ ! -e "$STATE/state.db" ]
}

# What is missing is said, and what is secret is not.
world_new
world_fill tests/data/codex
PORT=9
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
unset FAKE_KEY
refused "no key" 'environment variable FAKE_KEY (key_env) is not set'
# Who only looks need not be where the service gets its key.
for look in --check --dry-run; do
	mn $look >"$T/printed"
	check "no key, $look: status 0" [ $? -eq 0 ]
	check "no key, $look: said" has \
	    'environment variable FAKE_KEY (key_env) is not set' "$LOG"
	check "no key, $look: goes on" has 'fake' "$T/printed"
done
FAKE_KEY='' && export FAKE_KEY
refused "an empty key" 'environment variable FAKE_KEY (key_env) is empty'
export FAKE_KEY="$KEY"
refused "a provider that is not there" 'expected fake?' -o use_provider=fak
refused "a far provider with a set time" 'on this machine only' \
    -o provider.fake.base_url=https://h.example/v1
refused "http to another machine" 'http would show' \
    -o provider.fake.base_url=http://h.example/v1
echo "$KEY" >"$W/key"
chmod 644 "$W/key"
refused "a key file that others can read" 'others may read or write it' \
    -o provider.fake.key_env= -o provider.fake.key_file="$W/key"
chmod 600 "$W/key"
check "the key is in no message" has_not "$KEY" "$LOG"
mn -n -v >"$T/printed"
check "nor in the printed configuration" has_not "$KEY" "$T/printed"
mn --dry-run >"$T/printed"
check "a dry run needs no key and says what it would cost" \
    has 'model: about [0-9]* requests' "$T/printed"

# Not running: said once, in a while given up, and no retry is paid.
NOW0=$NOW
began=$(now_ms)
mn -1
check "away: work is left waiting" [ $? -eq 8 ]
check "away: it says who and that it cannot be reached" \
    has 'provider fake: .*(transport)' "$LOG"
check "away: and until when it waits" \
    has 'provider fake: .*work waits until 2026-11-23T12:0.*(transport)' "$LOG"
check "away: a few lines, no flood" [ "$(grep -c warning "$LOG")" -le 3 ]
check "away: no more than five attempts a rollout" [ "$(asked)" -le 40 ]
check "away: nothing counts that was never sent" [ "$(sql \
    'select sum(tokens) from model_requests')" -eq 0 ]
check "away: each attempt is settled" [ "$(sql \
    'select count(*) from model_requests where settled_at is null')" -eq 0 ]
check "away: no retry was paid" [ "$(sql "select count(*) from jobs where
    kind = 'memory_stage1' and (retry_remaining < 3 or last_error is not
    null)")" -eq 0 ]
check "away: status says so" sh -c \
    "'$CTL' -o now=$NOW status | grep -q 'waits: transport: '"
n=$(asked)
NOW=2026-11-23T12:00:20Z mn -1
check "away: the next run waits as well" [ $? -eq 8 ]
check "away: and asks nobody" [ "$(asked)" -eq "$n" ]
# It comes up.
model_start "times=200 usage=100,0,50,0 stage_one"
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
NOW=2026-11-23T12:30:00Z mn -1
check "it comes up: all is done" [ $? -eq 0 ]
check "it comes up: outputs of the model" [ "$(sql "select count(*) from
    stage1_outputs where generator like 'fake:fake-mini/%'")" -ge 8 ]
check "it comes up: nothing is held any more" [ "$(sql \
    "select count(*) from provider_holds where until > 0 and rounds > 0")" -eq 0 ]
NOW=$NOW0

# The daemon, with a provider that is away: it sleeps.
model_stop
world_new
world_fill tests/data/codex
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
mn_start -o scan_interval=1
wait_until 40 has 'work waits until' "$LOG"
a=$(cpu_ticks "$sup")
sleep 3
b=$(cpu_ticks "$sup")
check "away, staying: it does not spin ($((b - a)) ticks in 3 s)" \
    [ $((b - a)) -lt 60 ]

# The key is where the gateway is, and nowhere else.
gateway=$(pids_of mnemod-gateway)
check "one gateway runs" [ "$(echo "$gateway" | wc -w)" -eq 1 ]
for p in "$sup" $(pids_of mnemod-gateway mnemod-extract); do
	check "the key is not in the environment of $p" sh -c \
	    "! tr '\0' '\n' </proc/$p/environ 2>/dev/null | grep -q '$KEY'"
	check "nor in its arguments" sh -c \
	    "! tr '\0' ' ' </proc/$p/cmdline | grep -q '$KEY'"
done
check "nor may it get into a core" \
    has '^Max core file size *0 ' "/proc/$sup/limits"
# Killed: another one comes.
kill -9 "$gateway"
another_gateway() {
	_now=$(pids_of mnemod-gateway)
	[ -n "$_now" ] && [ "$_now" != "$gateway" ]
}
check "a gateway that is killed comes back" wait_until 10 another_gateway
mn_stop
check "stopped: status 0" [ $? -eq 0 ]
check "the key is in no log" has_not "$KEY" "$LOG"
check "the key is nowhere below the state" sh -c \
    "! grep -rqa '$KEY' '$STATE'"

# A new key file, a new gateway, at the next pass.
world_new
world_fill tests/data/codex
model_start 'times=200 usage=100,0,50,0 stage_one'
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
(umask 077 && echo "$KEY" >"$W/key")
mn_start -o provider.fake.key_env= -o provider.fake.key_file="$W/key"
wait_until 20 sh -c "sqlite3 -readonly '$STATE/state.db' \
    'select count(*) from stage1_outputs' 2>/dev/null | grep -q '^[89]'"
gateway=$(pids_of mnemod-gateway)
(umask 077 && echo "$KEY-2" >"$W/key.new")
mv "$W/key.new" "$W/key"
kill -USR1 "$sup"
check "a key file that was replaced: another gateway" \
    wait_until 15 another_gateway
check "a key file that was replaced: said" \
    has 'key file was replaced' "$LOG"
mn_stop
model_stop

# A key that is refused: said, not tried in a loop, and no job pays.
world_new
world_fill tests/data/codex
model_start 'times=200 status=401 message="bad key"'
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
mn -1
check "a bad key: work is left waiting" [ $? -eq 8 ]
check "a bad key: said" has '(auth)' "$LOG"
check "a bad key: asked at most once a rollout" [ "$(asked)" -le 8 ]
model_stop

# 429: everybody waits as long as the server says.
world_new
world_fill tests/data/codex
model_start 'times=1 status=429 header="Retry-After: 2"' \
    'times=200 usage=100,0,50,0 stage_one'
model_conf responses 'pipeline { max_rollout_age_days = 0 max_stage_one_jobs = 1 }'
began=$(now_ms)
mn -1
took=$(($(now_ms) - began))
check "429: all is done in the end" [ "$(outputs)" -ge 8 ]
check "429: not before the two seconds were over" [ "$took" -ge 2000 ]
check "429: one attempt more than rollouts" \
    [ "$(asked)" -eq $(($(outputs) + 1)) ]
model_stop

# What is wrong with the request is the rollout's own trouble.
world_new
world_fill tests/data/codex
model_start 'times=200 status=400 message="no such parameter"'
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
mn -1
check "400: jobs fail" [ $? -eq 1 ]
check "400: with the provider's words" [ "$(sql "select count(*) from jobs
    where last_error like '%no such parameter%'")" -gt 0 ]
check "400: once each" [ "$(sql 'select max(n) from (select count(*) n from
    model_requests group by thread_id)')" -eq 1 ]
model_stop

# SIGHUP: from builtin to the model and back; the gateway comes and goes.
world_new
world_fill tests/data/codex
model_start 'times=200 usage=100,0,50,0 stage_one'
model_conf responses 'pipeline { max_rollout_age_days = 0 }'
conf=$XDG_CONFIG_HOME/mnemod/mnemod.conf
sed -i 's/^use_provider = .*/use_provider = "builtin"/' "$conf"
mn_start -o scan_interval=1
wait_until 20 [ -e "$STATE/state.db" ]
wait_until 20 sh -c "sqlite3 -readonly '$STATE/state.db' \
    'select count(*) from stage1_outputs' 2>/dev/null | grep -q '^[89]'"
check "SIGHUP: no gateway without a model" [ -z "$(pids_of mnemod-gateway)" ]
gateway=none
sed -i 's/^use_provider = .*/use_provider = "fake"/' "$conf"
kill -HUP "$sup"
check "SIGHUP: a gateway with one" wait_until 15 another_gateway
sed -i 's/^use_provider = .*/use_provider = "fka"/' "$conf"
kill -HUP "$sup"
check "SIGHUP: an error is said, all stays as it was" wait_until 10 \
    has 'the old configuration stays.*expected fake?' "$LOG"
check "SIGHUP: the gateway too" [ -n "$(pids_of mnemod-gateway)" ]
sed -i 's/^use_provider = .*/use_provider = "builtin"/' "$conf"
kill -HUP "$sup"
no_gateway() { [ -z "$(pids_of mnemod-gateway)" ]; }
check "SIGHUP: none again" wait_until 15 no_gateway
mn_stop
check "SIGHUP: stopped in peace" [ $? -eq 0 ]
model_stop

# A ChatGPT login: whoever works in the foreground is left a share.
for used in 80 40; do
	world_new
	world_fill tests/data/codex
	(umask 077 && echo "{\"tokens\":{\"access_token\":\"$KEY\",
	    \"account_id\":\"acct-1\"}}" >"$CODEX/auth.json")
	cp "$CODEX/auth.json" "$T/auth.json"
	model_start "times=1 path=/v1/api/codex/usage json='{\"rate_limit\":
	    {\"primary_window\":{\"used_percent\":$used,\"reset_at\":1795437000,
	    \"limit_window_seconds\":18000}}}'" \
	    'times=200 usage=100,0,50,0 stage_one'
	model_conf responses 'pipeline { max_rollout_age_days = 0 }'
	unset FAKE_KEY
	mn -o provider.fake.key_env= -o provider.fake.auth=codex -1
	status=$?
	check "guard, $used % used: asked before the first claim" \
	    [ "$(sent 1 '$.path')" = /v1/api/codex/usage ]
	if [ "$used" -gt 75 ]; then
		check "guard, $used % used: work is left waiting" [ $status -eq 8 ]
		check "guard, $used % used: no model is asked" requests 1
		check "guard, $used % used: said" \
		    has '80 % of the account.s limit are used' "$LOG"
		check "guard, $used % used: until it begins anew" sh -c \
		    "'$CTL' -o now=$NOW status | grep -q 'waits: quota: .*in 30 min'"
	else
		check "guard, $used % used: all is done" [ $status -eq 0 ]
		check "guard, $used % used: outputs" [ "$(outputs)" -ge 8 ]
	fi
	check "guard, $used % used: the login is as it was" \
	    cmp -s "$T/auth.json" "$CODEX/auth.json"
	model_stop
done

# untold NAME=MS: a pass whose account's limits nobody tells.
untold() {
	world_new
	world_fill tests/data/codex
	cp "$T/auth.json" "$CODEX/auth.json"
	chmod 600 "$CODEX/auth.json"
	model_start "times=1 path=/v1/api/codex/usage hold=$T/never" \
	    'times=200 usage=100,0,50,0 stage_one'
	model_conf responses 'pipeline { max_rollout_age_days = 0 }'
	(
		export "MNEMOD_TEST_$1"
		mn -o provider.fake.key_env= -o provider.fake.auth=codex -1
	)
}

# Nobody says how much is used: the work does not wait for that.
untold GUARD_MS=300
check "guard, no answer: all is done" [ $? -eq 0 ]
check "guard, no answer: said" \
    has "the account's limits are not known in time; going on" "$LOG"
check "guard, no answer: outputs" [ "$(outputs)" -ge 8 ]
model_stop

# The gateway's own patience ends before that: it says so, and that is all.
untold EXCHANGE_MS=300
check "gateway, no answer: all is done" [ $? -eq 0 ]
check "gateway, no answer: said" \
    has 'gateway.*the account.s limits are not known: no reply within' "$LOG"
check "gateway, no answer: before the supervisor lost its patience" \
    has_not 'limits are not known in time' "$LOG"
check "gateway, no answer: outputs" [ "$(outputs)" -ge 8 ]
model_stop

# An expired login: read once more, then the work waits for Codex.
world_new
world_fill tests/data/codex
cp "$T/auth.json" "$CODEX/auth.json"
chmod 600 "$CODEX/auth.json"
model_start 'times=1 path=/v1/api/codex/usage json={}' \
    'times=200 status=401 message=expired'
model_conf responses \
    'pipeline { max_rollout_age_days = 0 max_stage_one_jobs = 1 }'
mn -o provider.fake.key_env= -o provider.fake.auth=codex -1
check "an expired login: work is left waiting" [ $? -eq 8 ]
check "an expired login: tried once more, with another gateway" \
    [ "$(asked)" -eq 2 ]
check "an expired login: said" has '(login_expired)' "$LOG"
check "an expired login: never written" \
    cmp -s "$T/auth.json" "$CODEX/auth.json"
model_stop
world_clean provider
finish
