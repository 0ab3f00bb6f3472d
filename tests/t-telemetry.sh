#!/bin/sh
# A tool that reads every session of a person may tell nobody anything by
# default, and whoever has it send numbers must get numbers: no prompt, no
# reply, no key, no path.  Words are planted in all of these and looked for
# wherever something can come out; and an endpoint that is away, slow or
# angry costs the work nothing.
# shellcheck disable=SC2154 # mn_start sets sup
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

# sent_metrics N: the Nth body as lines "NAME TAG=VALUE... NUMBER".
sent_metrics() {
	sed -n "${1}p" "$REQ" >"$T/body"
	sqlite3 :memory: "select json_extract(m.value, '$.name') || ' ' ||
	    (select group_concat(json_extract(a.value, '$.key') || '=' ||
	    json_extract(a.value, '$.value.stringValue'), ' ')
	    from json_each(p.value, '$.attributes') a) || ' ' ||
	    coalesce(json_extract(p.value, '$.asInt'),
	    json_extract(p.value, '$.count'))
	    from json_each(readfile('$T/body'),
	    '$.body.resourceMetrics[0].scopeMetrics[0].metrics') m,
	    json_each(coalesce(json_extract(m.value, '$.sum.dataPoints'),
	    json_extract(m.value, '$.gauge.dataPoints'),
	    json_extract(m.value, '$.histogram.dataPoints'))) p"
}
# resource N: its attributes, "KEY=VALUE" lines.
resource() {
	sed -n "${1}p" "$REQ" >"$T/body"
	sqlite3 :memory: "select json_extract(value, '$.key') || '=' ||
	    coalesce(json_extract(value, '$.value.stringValue'),
	    json_extract(value, '$.value.boolValue'))
	    from json_each(readfile('$T/body'),
	    '$.body.resourceMetrics[0].resource.attributes')"
}
came() { [ "$(wc -l <"$REQ" 2>/dev/null || echo 0)" -ge "$1" ]; }
gateway_lives() { [ -n "$(pids_of mnemod-gateway)" ]; }
passes() { [ "$(grep -c 'scan: ' "$LOG")" -ge "$1" ]; }

# By default: nobody hears a word, and no process could say one.
world_new
session 1 2026-11-22T10:00:00Z
model_start 'times=0 stage_one'
export OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:$PORT"
mn -1 --yes -v
check "by default: status 0" [ $? -eq 0 ]
check "by default: nothing is sent" [ ! -s "$REQ" ]
check "by default: no gateway is started" has_not gateway "$LOG"
unset OTEL_EXPORTER_OTLP_ENDPOINT
world_clean "by default"

# Builtin with an endpoint: one body, and no more than that.
world_new
session 1 2026-11-22T10:00:00Z
E=http://127.0.0.1:$PORT
mn --dry-run -o telemetry.endpoint="$E" >"$T/dry"
check "builtin: the dry run says where they go" \
    has "^telemetry: metrics go to $E\$" "$T/dry"
check "builtin: and no longer that there is no network" has_not 'no network' "$T/dry"
OPENAI_API_KEY=canary-openai-4711 CODEX_REFRESH_TOKEN_URL_OVERRIDE=' ' \
    mn -1 --yes -v -o telemetry.endpoint="$E" -o telemetry.account=yes
check "builtin: status 0" [ $? -eq 0 ]
check "builtin: one body" requests 1
check "builtin: to the path of the signal" [ "$(sent 1 $.path)" = /v1/metrics ]
check "builtin: as itself" [ "$(sent 1 '$.headers.user-agent' |
    grep -c '^mnemod/[0-9.]* (.*; .*)$')" -eq 1 ]
sent_metrics 1 >"$T/sent"
check "builtin: the jobs of stage one" has \
    '^mnemod.memory.phase1 status=succeeded model=unknown session_source=custom:mnemod originator=mnemod app.version=[0-9.]* 1$' "$T/sent"
check "builtin: its time" has '^mnemod.memory.phase1.e2e_ms model=unknown .* 1$' "$T/sent"
check "builtin: the run of stage two" has \
    '^mnemod.memory.phase2 status=succeeded .* 1$' "$T/sent"
check "builtin: the workers" has '^mnemod.worker.starts role=workspace .* 2$' "$T/sent"
resource 1 >"$T/resource"
check "builtin: facts of the environment, no value" \
    [ "$(grep -v '^service.version' "$T/resource" | tr '\n' ' ')" = \
    "service.name=mnemod session_source=custom:mnemod originator=mnemod model=unknown auth.env_openai_api_key_present=1 auth.env_codex_api_key_present=0 auth.env_codex_api_key_enabled=0 auth.env_provider_key_present=0 auth.env_refresh_token_url_override_present=0 " ]
check "builtin: nothing of it, or of a session" has_not \
    'canary\|parser\|/home\|01a20000' "$REQ"
world_clean builtin
check "builtin: no gateway is left" no_orphans mnemod-gateway
model_stop

# Planted words.  $1: log_user_prompt.
planted() {
	world_new
	{
		meta 1 2026-11-22T10:00:00Z
		task 1 2026-11-22T10:00:00Z
		say 2026-11-22T10:00:01Z user "canary-prompt-1: use tabs."
	} >"$(path 1)"
	at 2026-11-22T10:00:01Z "$(path 1)"
	AGENT=fake-large model_start \
	    "path=/responses model=fake-mini status=503 header='Retry-After-Ms: 20' message='\$KEY canary-prompt-1: use tabs. canary-said'" \
	    "path=/responses model=fake-mini answer='{\"rollout_summary\":\"canary-reply-1 of it\",\"rollout_slug\":\"x\",\"raw_memory\":\"canary-reply-2 is so\"}'" \
	    "path=/responses model=fake-large text=canary-reply-3 call=read_file args='{\"path\":\"raw_memories.md\"}'" \
	    "path=/responses model=fake-large status=400 message='\$KEY canary-reply-2 is so'" \
	    "path=/metrics times=0 status=500 message='\$BODY'"
	AGENT=fake-large model_conf responses "telemetry {
		endpoint = \"http://127.0.0.1:$PORT\"
		log_user_prompt = $1
	}"
	# shellcheck disable=SC2086 # an option or none
	mn -1 --yes $2 -o metrics_file="$T/m.prom"
	check "log_user_prompt = $1 $2: the run was one that fails" [ $? -eq 1 ]
	check "log_user_prompt = $1 $2: agent and stage one were asked" \
	    [ "$(grep -c '"path":"/v1/responses"' "$REQ")" -eq 4 ]
	grep '"path":"/v1/metrics"' "$REQ" >"$T/bodies"
	check "log_user_prompt = $1 $2: metrics were sent" [ -s "$T/bodies" ]
	check "log_user_prompt = $1 $2: no planted word in the metrics" \
	    has_not canary "$T/bodies"
	check "log_user_prompt = $1 $2: no path, no id" \
	    has_not "$W\|/home\|01a20000\|parser" "$T/bodies"
	check "log_user_prompt = $1 $2: none in the file" \
	    has_not 'canary\|/home' "$T/m.prom"
	check "log_user_prompt = $1 $2: the key is in no file" [ -z \
	    "$(grep -rl "$KEY" "$W" "$T/m.prom" "$T/bodies")" ]
	check "log_user_prompt = $1 $2: no planted word in an error" \
	    [ "$(sql "select count(*) from jobs where last_error like
	    '%canary%'")" -eq 0 ]
	check "log_user_prompt = $1 $2: nor in what holds the provider" \
	    [ "$(sql "select count(*) from provider_holds where message like
	    '%canary%'")" -eq 0 ]
	check "log_user_prompt = $1 $2: the audit has the model's words only" \
	    has_not 'canary-prompt\|canary-said' "$STATE"/agents/*.jsonl
	world_clean "log_user_prompt = $1 $2"
	model_stop
}
planted no -v
check "no: no planted word in the log" has_not 'canary' "$LOG"
planted yes -v
check "yes: the prompt of stage one is in the log" \
    has '^mnemod: gateway.*: prompt of [0-9]* bytes: .*canary-prompt-1' "$LOG"
check "yes: and its reply" \
    has '^mnemod: gateway.*: reply of [0-9]* bytes: .*canary-reply-1' "$LOG"
check "yes: and the agent's" \
    has '^mnemod: gateway.*: reply of [0-9]* bytes: .*canary-reply-3' "$LOG"
planted yes ""
check "yes, without -v: nothing is in the log" has_not canary "$LOG"

# One that is angry: said once, asked less and less often; a new
# configuration tries again at once.
world_new
session 1 2026-11-22T10:00:00Z
model_start 'path=/metrics times=2 status=503 message=busy'
conf() {
	mkdir -p "$XDG_CONFIG_HOME/mnemod"
	echo "$1" >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"
}
conf "telemetry { endpoint = \"http://127.0.0.1:$PORT/v1/metrics\" }"
mn_start --yes -v
check "angry: it is asked after the pass" wait_until 20 came 1
check "angry: at the path as it is given" [ "$(sent 1 $.path)" = /v1/metrics ]
told() { has 'telemetry.endpoint: .*the work goes on' "$LOG"; }
check "angry: that is said" wait_until 10 told
for n in 2 3; do
	session $n "2026-11-22T1$n:00:00Z"
	kill -USR1 "$sup"
	wait_until 20 passes $n
done
check "angry: two passes later it was left alone" requests 1

kill -HUP "$sup"
read_again() { [ "$(grep -c 'configuration was read' "$LOG")" -ge "$1" ]; }
check "angry: read again" wait_until 10 read_again 1
kill -USR1 "$sup"
check "angry: then it is tried" wait_until 20 came 2
kill -HUP "$sup"
check "angry: and again, whatever a pass met meanwhile" \
    wait_until 10 read_again 2
kill -USR1 "$sup"
check "angry: and once more" wait_until 20 came 3
sent_metrics 3 >"$T/sent"
check "angry: all that happened is in the one that it takes" has \
    '^mnemod.memory.phase1 status=succeeded .* 3$' "$T/sent"
# None any more: the gateway goes.
conf ''
kill -HUP "$sup"
gone() { ! gateway_lives; }
check "angry: without an endpoint the gateway goes" wait_until 10 gone
conf "telemetry { endpoint = \"http://127.0.0.1:$PORT\" }"
kill -HUP "$sup"
check "angry: with one it comes" wait_until 10 gateway_lives
mn_stop
check "angry: status 0" [ $? -eq 0 ]

check "angry: its trouble was said no more than once for each try" \
    [ "$(count_of 'the work goes on' "$LOG")" -le 2 ]
world_clean angry
model_stop

# One that comes to its senses: by itself it is tried again, each time after
# twice as long, and gets all.
world_new
session 1 2026-11-22T10:00:00Z
model_start 'path=/metrics times=3 status=503 message=busy'
conf "telemetry { endpoint = \"http://127.0.0.1:$PORT\" }"
MNEMOD_TEST_METRICS_MS=20 mn_start --yes
check "again: tried until it takes them" wait_until 20 came 4
again() { has 'telemetry.endpoint: it takes metrics again' "$LOG"; }
check "again: that is said" wait_until 10 again
check "again: its trouble was said once" \
    [ "$(count_of 'the work goes on' "$LOG")" -eq 1 ]
for n in 1 2 3 4; do
	eval "t$n=$(sent $n $.at_ms)"
done
# shellcheck disable=SC2154 # set by eval
check "again: after 120, 240 and 480 ms or more" [ $((t2 - t1)) -ge 115 -a \
    $((t3 - t2)) -ge 235 -a $((t4 - t3)) -ge 475 ]
sent_metrics 4 >"$T/sent"
check "again: nothing is lost" has \
    '^mnemod.memory.phase1 status=succeeded .* 1$' "$T/sent"
mn_stop
world_clean again
model_stop

# Connections that are cut, whatever had gone by then, and a gateway that is
# killed while it sends: once it goes well, all of it is there.
world_new
session 1 2026-11-22T10:00:00Z
model_start 'path=/metrics times=1 status=0 end=close' \
    'path=/metrics times=1 status=0 end=reset' \
    'path=/metrics times=1 cut=0 end=reset' "path=/metrics hold=$T/go"
MNEMOD_TEST_METRICS_MS=20 mn_start --yes \
    -o telemetry.endpoint="http://127.0.0.1:$PORT"
check "cut off: it is tried again each time" wait_until 20 came 4
check "cut off: its trouble was said once" \
    [ "$(count_of 'the work goes on' "$LOG")" -eq 1 ]
kill -9 "$(pids_of mnemod-gateway)"
check "cut off: and by the next gateway" wait_until 20 came 5
check "cut off: that one gets through" wait_until 10 again
sent_metrics 5 >"$T/sent"
check "cut off: nothing is lost, and nothing is there twice" has \
    '^mnemod.memory.phase1 status=succeeded .* 1$' "$T/sent"
touch "$T/go"
mn_stop
check "cut off: status 0" [ $? -eq 0 ]
world_clean "cut off"
model_stop
rm "$T/go"

# The supervisor is killed while its numbers are under way: nothing of it is
# left, and the next one has its own to tell.
world_new
session 1 2026-11-22T10:00:00Z
model_start "path=/metrics hold=$T/go"
mn_start --yes -o telemetry.endpoint="http://127.0.0.1:$PORT"
check "killed: it was sending" wait_until 20 came 1
kill -9 "$sup"
wait "$sup"
check "killed: no worker is left" wait_until 12 no_orphans mnemod \
    mnemod-extract mnemod-wspace mnemod-agent mnemod-gateway
touch "$T/go"
session 2 2026-11-22T11:00:00Z
mn -1 --yes -o telemetry.endpoint="http://127.0.0.1:$PORT"
check "killed: the next one works: status 0" [ $? -eq 0 ]
sent_metrics 2 >"$T/sent"
check "killed: and tells what it did itself" has \
    '^mnemod.memory.phase1 status=succeeded .* 1$' "$T/sent"
world_clean killed
model_stop

# One that never answers, and none: the end does not wait for ever, and the
# status is that of the work.
world_new
session 1 2026-11-22T10:00:00Z
model_start "path=/metrics hold=$T/never times=0"
MNEMOD_TEST_GRACE_MS=2000 \
    mn -1 --yes -o telemetry.endpoint="http://127.0.0.1:$PORT"
check "silent: status 0" [ $? -eq 0 ]
check "silent: it was asked" requests 1
world_clean silent
model_stop
session 2 2026-11-22T11:00:00Z
mn -1 --yes -o telemetry.endpoint="http://127.0.0.1:$PORT"
check "away: status 0" [ $? -eq 0 ]
check "away: said once" [ "$(count_of 'telemetry.endpoint: ' "$LOG")" -eq 1 ]
world_clean away

# Where no gateway is installed, a configuration that needs one is refused, and
# what runs goes on as it was.
world_new
session 1 2026-11-22T10:00:00Z
mkdir -p "$T/libexec"
cp "$B"/test/libexec/* "$T/libexec/"
rm "$T/libexec/mnemod-gateway"
conf ''
mn_start --yes -o libexec="$T/libexec"
check "no gateway: it listens" wait_until 20 listening
conf "telemetry { endpoint = \"http://127.0.0.1:$PORT\" }"
ctl reload
check "no gateway: reload ends with status 3" [ "$status" -eq 3 ]
check "no gateway: and says where it is told why" \
    has 'the old configuration stays; see mnemoctl log' "$T/err"
check "no gateway: what is missing is named" \
    has 'mnemod-gateway: No such file' "$LOG"
check "no gateway: and what follows" \
    has 'the old configuration stays: the new one needs a gateway' "$LOG"
ctl run
check "no gateway: the work goes on" [ "$status" -eq 0 ]
conf ''
ctl reload
check "no gateway: one that needs none is taken" [ "$status" -eq 0 ]
mn_stop
check "no gateway: status 0" [ $? -eq 0 ]
world_clean "no gateway"

# In clear, only to this machine.
mn -1 --yes -o telemetry.endpoint=http://collector.example:4318
check "in clear: refused" [ $? -eq 3 ]
check "in clear: with the way out" has 'expected https:// for another machine' "$LOG"
mn -1 --yes -o telemetry.endpoint=https://collector.example
check "a set time is not for the world" [ $? -eq 3 ]
finish
