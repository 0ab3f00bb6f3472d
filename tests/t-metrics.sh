#!/bin/sh
# An operator who has no numbers finds out from the bill or from a user, and
# one whose numbers are wrong finds out later still.  What the passes did is
# held against the metrics: with builtin, with a model, with one that fails;
# and a metric that cannot be told never fails what it counts.
# shellcheck disable=SC2154 # mn_start sets sup
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

M=$T/m.prom
# value NAME 'LABEL="V"'...: of the one series that has all these labels; 0 if
# there is none.
value() {
	_name=$1
	shift
	grep "^$_name{" "$M" >"$T/series" 2>/dev/null
	for _label; do
		grep -F "$_label" "$T/series" >"$T/series.new"
		mv "$T/series.new" "$T/series"
	done
	case $(wc -l <"$T/series") in
	0) echo 0 ;;
	1) sed 's/.* //' "$T/series" ;;
	*) echo several ;;
	esac
}
# is N NAME LABEL...
is() {
	_want=$1
	shift
	_got=$(value "$@")
	[ "$_got" = "$_want" ] || { echo "$*: $_got"; false; }
}
# phase N STATUS...: "phase1 claimed=2" pairs.
counts() {
	_phase=$1
	shift
	for _pair; do
		is "${_pair#*=}" "mnemod_memory_$_phase" \
		    "status=\"${_pair%=*}\"" || return 1
	done
}
# Every line is a comment of the format or a sample of it, each name has one
# HELP and one TYPE before its first sample, and no series comes twice.
well_formed() {
	awk '
	/^# HELP [a-z0-9_]+ ./ { if (help[$3]++) exit 1; next }
	/^# TYPE [a-z0-9_]+ (counter|gauge|histogram)$/ {
		if (type[$3]++ || !help[$3]) exit 1
		next
	}
	/^[a-z0-9_]+\{([a-z_]+="([^"\\]|\\.)*",?)+\} [0-9]+$/ {
		n = $1
		sub(/\{.*/, "", n)
		t = n
		sub(/_(bucket|sum|count)$/, "", t)
		if (!(n in type) && !(t in type)) exit 1
		if (seen[$1]++) exit 1
		next
	}
	{ exit 1 }' "$1"
}


# Builtin.
world_new
session 1 2026-11-22T10:00:00Z
session 2 2026-11-22T11:00:00Z
# A person who only greeted: nothing to remember.
{
	meta 3 2026-11-22T12:00:00Z
	say 2026-11-22T12:00:00Z user "Hello."
} >"$(path 3)"
at 2026-11-22T12:00:00Z "$(path 3)"
mn -1 --yes -o metrics_file="$M"
check "builtin: status 0" [ $? -eq 0 ]
check "builtin: the file is well formed" well_formed "$M"
check "builtin: it is its owner's alone" [ "$(stat -c %a "$M")" = 600 ]
check "builtin: nothing else is left beside it" [ "$(ls "$T"/m.prom*)" = "$M" ]
check "builtin: stage one" counts phase1 claimed=3 succeeded=2 \
    succeeded_no_output=1 failed=0 skipped_no_candidates=0
check "builtin: outputs" is 2 mnemod_memory_phase1_output 'model="unknown"'
check "builtin: its time, once" is 1 mnemod_memory_phase1_e2e_ms_count
check "builtin: stage two" counts phase2 claimed=1 agent_spawned=1 succeeded=1
check "builtin: its time, once" is 1 mnemod_memory_phase2_e2e_ms_count
check "builtin: the agent's rows" is 2 mnemod_memory_phase2_input
check "builtin: no tokens" has_not 'token\|model_requests' "$M"
check "builtin: the agent read the memory" is 1 mnemod_memory_usage \
    'kind="memory_md"' 'tool="read_file"' 'success="true"'
check "builtin: three workers" [ "$(grep -c '^mnemod_worker_starts' "$M")" -eq 3 ]
check "builtin: the workspace worker started twice" is 2 \
    mnemod_worker_starts 'role="workspace"'
check "builtin: none lives at the end" is 0 mnemod_worker_processes \
    'role="extract"'
check "builtin: what they cost is known" \
    [ "$(value mnemod_worker_peak_rss_kib 'role="extract"')" -gt 1000 ]
check "builtin: no word of a session" \
    has_not 'parser\|Fix the\|/home\|01a20000\|codex' "$M"
chmod 644 "$M"
mn -1 --yes -o metrics_file="$M"
check "again: nothing to claim" counts phase1 skipped_no_candidates=1 claimed=0
check "again: nothing to consolidate" counts phase2 claimed=1 \
    succeeded_no_workspace_changes=1 agent_spawned=0 succeeded=0
check "again: both times are told" is 1 mnemod_memory_phase1_e2e_ms_count
check "again: the mode that was given is kept" [ "$(stat -c %a "$M")" = 644 ]
world_clean builtin

# What cannot be written is said, and nothing else.
mkdir "$T/here"
session 4 2026-11-22T13:00:00Z
mn -1 --yes -o metrics_file="$T/here"
check "a folder as the file: the pass is done all the same" [ $? -eq 0 ]
check "a folder as the file: said once" \
    [ "$(count_of "metrics_file $T/here: it is no regular" "$LOG")" -eq 1 ]
session 5 2026-11-22T14:00:00Z
mn -1 --yes -o metrics_file="$T/none/m.prom"
check "no such folder: the pass is done all the same" [ $? -eq 0 ]
check "no such folder: said once" \
    [ "$(count_of "metrics_file $T/none/m.prom: No such" "$LOG")" -eq 1 ]
check "no such folder: none is made" [ ! -e "$T/none" ]
mn --dry-run -o metrics_file="$T/dry.prom" >/dev/null
check "a dry run writes none" [ ! -e "$T/dry.prom" ]

# With a model: one of three answers is a failure.
world_new
for i in 1 2 3; do
	session "$i" "2026-11-22T1$i:00:00Z"
done
model_start "has=parser2 status=400 message=no" \
    "times=0 stage_one usage=1000,200,90,40"
model_conf responses 'budget { tokens_per_day = 900000 }'
mn -1 --yes -o metrics_file="$M"
check "a model: a job failed: status 1" [ $? -eq 1 ]
check "a model: the file is well formed" well_formed "$M"
check "a model: stage one" counts phase1 claimed=3 succeeded=2 failed=1
check "a model: by its name" [ "$(grep -c '^mnemod_memory_phase1{' "$M")" -eq \
    "$(grep -c '^mnemod_memory_phase1{.*model="fake-mini"' "$M")" ]
check "a model: stage two is not its" \
    has '^mnemod_memory_phase2{.*model="unknown"' "$M"
check "a model: paid with a key" has 'auth_mode="ApiKey"' "$M"
check "a model: two went well" is 2 mnemod_memory_model_requests \
    'outcome="ok"' 'purpose="stage_one"' 'model="fake-mini"'
check "a model: one did not" is 1 mnemod_memory_model_requests \
    'outcome="invalid_request"'
for pair in total=2180 input=2000 cached_input=400 output=180 \
    reasoning_output=80; do
	type="token_type=\"${pair%=*}\""
	check "a model: ${pair%=*} tokens" is "${pair#*=}" \
	    mnemod_memory_model_tokens "$type"
	check "a model: ${pair%=*} tokens of the pass" is "${pair#*=}" \
	    mnemod_memory_phase1_token_usage_sum "$type"
	check "a model: one sample" is 1 \
	    mnemod_memory_phase1_token_usage_count "$type"
done
check "a model: its key is not told" has_not "$KEY\|FAKE_KEY" "$M"
model_stop
world_clean "a model"

# An account that is almost used up: the pass asks nothing, and counts that.
world_new
session 1 2026-11-22T10:00:00Z
model_start "path=/usage times=0 json='{\"rate_limit\":{\"primary_window\":{\"used_percent\":99,\"limit_window_seconds\":18000,\"reset_at\":1999999999}}}'" \
    'times=0 stage_one'
model_conf responses
sed -i 's/key_env = .*/auth = codex/' "$XDG_CONFIG_HOME/mnemod/mnemod.conf"
echo '{"tokens":{"access_token":"at-4711","account_id":"acct-4712"}}' \
    >"$CODEX/auth.json"
chmod 600 "$CODEX/auth.json"
mn -1 --yes -o metrics_file="$M"
check "a guard: work waits: status 8" [ $? -eq 8 ]
check "a guard: counted" is 1 mnemod_memory_startup \
    'status="skipped_rate_limit"' 'model="fake-mini"' 'auth_mode="Chatgpt"'
check "a guard: nothing is claimed" counts phase1 claimed=0
check "a guard: neither login nor account is told" has_not '471[12]' "$M"
model_stop
world_clean "a guard"

# An agent that asks a model: its reads, its tokens.
world_new
session 1 2026-11-22T10:00:00Z
AGENT=fake-large model_start "model=fake-mini stage_one" \
    "model=fake-large usage=100,0,10,0 call=read_file args='{\"path\":\"MEMORY.md\"}' call=search args='{\"query\":\"x\",\"path\":\"skills\"}'" \
    "model=fake-large usage=100,0,10,0 status=400 message=no"
AGENT=fake-large model_conf responses
mn -1 --yes -o metrics_file="$M"
check "an agent: it failed" counts phase2 claimed=1 agent_spawned=1 failed_agent=1
check "an agent: by its model" has '^mnemod_memory_phase2{.*model="fake-large"' "$M"
check "an agent: tokens of what it asked" is 110 mnemod_memory_model_tokens \
    'token_type="total"' 'purpose="agent"' 'model="fake-large"'
check "an agent: no sample of one that did not complete" has_not \
    '^mnemod_memory_phase2_token_usage' "$M"
check "an agent: a read of what is not there" is 1 mnemod_memory_usage \
    'kind="memory_md"' 'tool="read_file"' 'success="false"'
model_stop
world_clean "an agent"

# One that completes.
world_new
session 1 2026-11-22T10:00:00Z
AGENT=fake-large model_start "model=fake-mini stage_one usage=1000,0,100,0" \
    "model=fake-large times=0 text=done usage=200,40,30,10"
AGENT=fake-large model_conf responses
mn -1 --yes -o metrics_file="$M"
check "an agent: it completes" counts phase2 claimed=1 agent_spawned=1 succeeded=1
for pair in total=230 input=200 cached_input=40 output=30 reasoning_output=10; do
	check "an agent: ${pair%=*} tokens" is "${pair#*=}" \
	    mnemod_memory_phase2_token_usage_sum "token_type=\"${pair%=*}\"" \
	    'model="fake-large"'
done
check "an agent: one sample" is 1 mnemod_memory_phase2_token_usage_count \
    'token_type="total"'
model_stop
world_clean "an agent that completes"

# A pass that takes long: the file follows within it.
world_new
session 1 2026-11-22T10:00:00Z
session 2 2026-11-22T11:00:00Z
rm -f "$M" "$T/go"
model_start "has=parser2 hold=$T/go stage_one" "times=0 stage_one"
model_conf responses
export MNEMOD_TEST_METRICS_MS=100
mn_start -1 --yes -o metrics_file="$M"
one_is_answered() {
	[ "$(value mnemod_memory_model_requests 'outcome="ok"')" = 1 ]
}
check "a long pass: the file follows" wait_until 20 one_is_answered
check "a long pass: which goes on" is_alive "$sup"
check "a long pass: and shows whole files" well_formed "$M"
: >"$T/go"
wait "$sup"
check "a long pass: its end is told" counts phase1 claimed=2 succeeded=2
unset MNEMOD_TEST_METRICS_MS
model_stop
world_clean "a long pass"

# One that stays: the file follows within a pass, and rests when it rests.
world_new
session 1 2026-11-22T10:00:00Z
rm -f "$M"
mn_start --yes -o metrics_file="$M"
written() { [ -s "$M" ] && counts phase2 succeeded=1; }
check "stays: the file is there after the pass" wait_until 20 written
check "stays: the extract worker lives" is 1 mnemod_worker_processes \
    'role="extract"'
stat -c %i "$M" >"$T/inode"
ctl metrics
check "mnemoctl: status 0" [ "$status" -eq 0 ]
check "mnemoctl: a line for each series" \
    has '^mnemod.memory.phase2  *status=succeeded model=unknown  *1  *-  *-$' "$T/out"
check "mnemoctl: a sum, of how many samples, and their mean" \
    has '^mnemod.memory.phase1.e2e_ms  *model=unknown  *\([0-9]*\)  *1  *\1$' \
    "$T/out"
ctl metrics -j
check "mnemoctl -j: from the supervisor" has '"by":"supervisor"' "$T/out"
# As many series, and the same values, as in the file.
sqlite3 :memory: "select replace(json_extract(value, '$.name'), '.', '_') ||
    ' ' || coalesce(json_extract(value, '$.value'),
    json_extract(value, '$.count')) from json_each(readfile('$T/out'),
    '$.metrics') where json_extract(value, '$.name') not like '%worker%'" |
    sort >"$T/told"
grep -v '^#\|_bucket{\|_sum{\|_worker_' "$M" |
    sed 's/{.*}//; s/_count / /' | sort >"$T/wrote"
check "mnemoctl -j: what the file says" cmp -s "$T/told" "$T/wrote"
check "mnemoctl -j: buckets end without a bound" \
    has '"le":3600000,"count":1},{"le":null,"count":1}]' "$T/out"
ctl metrics codex
check "mnemoctl: an argument too many: status 2" [ "$status" -eq 2 ]
kill -KILL "$(pids_of mnemod-extract)"
restarted() { [ "$(value mnemod_worker_restarts 'role="extract"')" = 1 ]; }
back() { [ -n "$(pids_of mnemod-extract)" ]; }
check "stays: the worker is killed and comes back" wait_until 20 back
check "stays: a worker's end alone writes nothing" \
    [ "$(stat -c %i "$M")" = "$(cat "$T/inode")" ]
kill -USR1 "$sup"
check "stays: the next pass tells of it" wait_until 20 restarted
mn_stop
check "stays: status 0" [ $? -eq 0 ]
check "stays: at the end none lives" is 0 mnemod_worker_processes \
    'role="extract"'
ctl metrics
check "mnemoctl, none runs: status 1" [ "$status" -eq 1 ]
check "mnemoctl, none runs: it says so" \
    has 'supervisor that runs, and none does$' "$T/err"
ctl metrics -o metrics_file="$M"
check "mnemoctl, none runs: and where the last numbers are" \
    has "what the last one wrote is in $M\$" "$T/err"
world_clean stays
finish
