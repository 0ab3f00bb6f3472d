#!/bin/sh
# With a model a rollout that was too long was refused again every hour, a
# reply that was almost right was half taken, one late answer held up all the
# others, and when the worker died every open rollout lost a retry.  Stage one
# against a scripted model server: what is sent, what is taken, what is asked
# again, and what each of these costs.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh

db() { sqlite3 -cmd ".timeout 10000" "$STATE/state.db" "$@"; }
outputs() { db "select count(*) from stage1_outputs"; }
job() { db "select $1 from jobs where kind = 'memory_stage1' limit 1"; }

# fresh [N]: a world with the rollouts of the tests, or with N of its own.
fresh() {
	world_new
	if [ $# -eq 0 ]; then
		world_fill tests/data/codex
	else
		_n=0
		while [ "$_n" -lt "$1" ]; do
			_n=$((_n + 1))
			rollout "$_n" "please fix the parser $_n"
		done
	fi
}

# rollout N WORDS [TIMES]: one in which a person says them, so many times.
rollout() {
	_d=$CODEX/sessions/2026/11/22
	_f=$_d/rollout-2026-11-22T10-00-0$1-01a20373-0000-7000-8000-00000000000$1.jsonl
	mkdir -p "$_d"
	awk -v n="$1" -v words="$2" -v times="${3:-1}" 'BEGIN {
		t = "{\"timestamp\":\"2026-11-22T10:00:0" n ".000Z\",\"type\":\""
		print t "session_meta\",\"payload\":{\"id\":" \
		    "\"01a20373-0000-7000-8000-00000000000" n "\"," \
		    "\"cwd\":\"/work/p\",\"source\":\"cli\"}}"
		while (times-- > 0)
			print t "response_item\",\"payload\":{\"type\":" \
			    "\"message\",\"role\":\"user\",\"content\":[{" \
			    "\"type\":\"input_text\",\"text\":\"" words "\"}]}}"
	}' >"$_f"
	touch -d 2026-11-22T10:00:10Z "$_f"
}

#
# What is sent and what becomes of it.
#
fresh
rollout 1 "deploy with $(printf 'gh%s' p_aB3xQ9zL7wKd84RtYm2pVn6ChJ1sE0abcdef)"
model_start 'stage_one times=0'
model_conf responses
mn -1 --yes
check "a pass with a model: status 0" [ $? -eq 0 ]
n=$(wc -l <"$REQ")
check "there was something to ask" [ "$n" -gt 5 ]
check "one output for each question" [ "$(outputs)" -eq "$n" ]
check "the generator is recorded" [ "$(db "select distinct generator
    from stage1_outputs")" = fake:fake-mini/1 ]
check "a model gives no facts" [ "$(db "select count(*) from stage1_outputs
    where facts is not null")" -eq 0 ]
check "preference signals keep a row" [ "$(db "select min(keeps)
    from stage1_outputs")" -eq 1 ]
check "its summaries are published" [ "$(find "$ROOT/rollout_summaries" -name '*fix?parser*' | wc -l)" -gt 5 ]
sent 1 '$.body.instructions' >"$T/instructions"
# sqlite3 ends what it prints with a line feed of its own.
printf '\n' | cat worker/prompts/stage_one_system.md - | cmp -s - "$T/instructions"
check "the instructions are our text" [ $? -eq 0 ]
check "the reply is held to a schema" \
    [ "$(sent 1 '$.body.text.format.strict')" = 1 ]
check "no tools are offered" [ "$(sent 1 '$.body.tools[0]')" = "" ]
check "the low effort of stage one" \
    [ "$(sent 1 '$.body.reasoning.effort')" != high ]
sent 1 '$.body.input[0].content[0].text' >"$T/message"
check "the message tells the directory" \
    has '^- working directory: /' "$T/message"
check "and holds the items as one line of JSON" \
    has '^\[{"type":"message",' "$T/message"
check "a secret is not sent" has_not aB3xQ9zL7wKd84RtYm2p "$REQ"
check "its mark is" has 'deploy with \[REDACTED_SECRET\]' "$REQ"
mn -1 --yes
check "nothing is asked twice" [ "$(wc -l <"$REQ")" -eq "$n" ]
model_stop

# The other APIs carry the same.
for api in chat messages; do
	fresh 2
	model_start 'stage_one times=0'
	model_conf "$api"
	mn -1 --yes
	check "$api: two outputs" [ "$(outputs)" -eq 2 ]
	model_stop
done

#
# Replies.
#
fresh 1
model_start "answer='{\"rollout_summary\":\"\",\"rollout_slug\":\"\",\"raw_memory\":\"\"}'"
model_conf responses
mn -1 --yes
check "nothing worth keeping: status 0" [ $? -eq 0 ]
check "nothing worth keeping: no output" [ "$(outputs)" -eq 0 ]
check "nothing worth keeping: done" [ "$(job status)" = "done" ]
model_stop

# bad WHAT RULE WHY: a reply that costs a retry.
bad() {
	fresh 1
	model_start "$2"
	model_conf responses
	mn -1 --yes
	check "$1: status 1" [ $? -eq 1 ]
	check "$1: no output" [ "$(outputs)" -eq 0 ]
	check "$1: one retry is spent" \
	    [ "$(job "status || retry_remaining")" = error2 ]
	job last_error >"$T/error"
	check "$1: the reason is told ($(cut -c 1-200 "$T/error"))" \
	    has "$3" "$T/error"
	check "$1: in the log too" has "$3" "$LOG"
	check "$1: no word of it is" has_not 'zanzibar' "$LOG"
	check "$1: asked once" requests 1
	model_stop
}
bad "a fourth key" "answer='{\"rollout_summary\":\"s\",\"rollout_slug\":null,\"raw_memory\":\"m\",\"zanzibar\":\"x\"}'" \
    'a key that was not asked for'
bad "a fence" 'answer="```json\n{\"rollout_summary\":\"zanzibar\",\"rollout_slug\":null,\"raw_memory\":\"m\"}\n```"' \
    'not a JSON object'
bad "a key missing" "answer='{\"rollout_summary\":\"zanzibar\"}'" 'a key is missing'
bad "prose" 'answer="As you wish, zanzibar."' 'not a JSON object'

fresh 1
model_start "answer='{\"rollout_summary\":\"# s\\u001b[2J\",\"rollout_slug\":\"../A b\",\"raw_memory\":\"use $(printf 'gh%s' p_aB3xQ9zL7wKd84RtYm2pVn6ChJ1sE0abcdef)\"}'"
model_conf responses
mn -1 --yes
check "a secret in a reply is not stored" [ "$(db "select raw_memory
    from stage1_outputs")" = "use [REDACTED_SECRET]" ]
check "nor what only a terminal reads" [ "$(db "select rollout_summary
    from stage1_outputs")" = "# s[2J" ]
check "the slug is a name" [ "$(db "select rollout_slug
    from stage1_outputs")" = a-b ]
model_stop

#
# Asked again.
#
fresh
rm -r "$CODEX/sessions" "$CODEX/archived_sessions" 2>/dev/null
rollout 1 "a request of some length that repeats itself" 3000
model_start 'failed=context_length_exceeded times=2' 'stage_one'
model_conf responses
mn -1 --yes
check "too long twice: three questions" requests 3
a=$(sent 1 '$.bytes') b=$(sent 2 '$.bytes') c=$(sent 3 '$.bytes')
check "too long twice: each is smaller ($a $b $c)" \
    [ $((b * 10)) -lt $((a * 8)) ] && [ $((c * 10)) -lt $((b * 8)) ]
check "too long twice: an output" [ "$(outputs)" -eq 1 ]
model_stop

fresh 0
rollout 1 "a request of some length that repeats itself" 3000
model_start 'failed=context_length_exceeded times=0'
model_conf responses
mn -1 --yes
check "always too long: halved four times, no more" requests 5
check "always too long: one retry is spent" [ "$(job retry_remaining)" = 2 ]
model_stop

fresh 1
model_start 'status=503 header="Retry-After: 0"' 'stage_one half end=close' 'stage_one'
model_conf responses
mn -1 --yes
check "trouble of the provider: asked again" requests 3
check "trouble of the provider: an output" [ "$(outputs)" -eq 1 ]
check "trouble of the provider: the same question" \
    [ "$(sent 1 '$.body.input')" = "$(sent 3 '$.body.input')" ]
model_stop

#
# Many at once.
#
fresh 6
model_start "hold=$T/go has='parser 1' stage_one" 'stage_one times=0'
model_conf responses
mn_start
five() { [ "$(outputs 2>/dev/null)" = 5 ]; }
six() { [ "$(outputs 2>/dev/null)" = 6 ]; }
check "one is late: the others are stored" wait_until 20 five
: >"$T/go"
check "one is late: it comes at last" wait_until 20 six
mn_stop
rm "$T/go"
model_stop

fresh 6
model_start "hold=$T/go stage_one times=0"
model_conf responses 'pipeline { max_stage_one_jobs = 3 }'
mn_start
three() { requests 3; }
check "three in flight: three are asked" wait_until 20 three
sleep 0.5
check "three in flight: no more" requests 3
: >"$T/go"
check "three in flight: the rest follows" wait_until 20 six
mn_stop
rm "$T/go"
model_stop

# The worker dies while it waits: nobody's fault.
extract_pid() { pgrep -P "$sup" -f '^mnemod: extract' | head -n 1; }
fresh 3
model_start "hold=$T/go stage_one times=0"
model_conf responses
mn_start
check "a death: three are asked" wait_until 20 three
kill -9 "$(extract_pid)"
: >"$T/go"
done3() { [ "$(outputs 2>/dev/null)" = 3 ]; }
check "a death: all are asked again" wait_until 20 done3
check "a death: no retry is spent" [ "$(db "select min(retry_remaining)
    from jobs where kind = 'memory_stage1'")" -eq 3 ]
check "a death: nothing failed" has_not 'tried again in an hour' "$LOG"
mn_stop
rm "$T/go"
model_stop

# Told to stop while the model thinks: nothing is lost, nothing is spent.
fresh 3
model_start "hold=$T/go stage_one times=0"
model_conf responses
mn_start
check "a stop: three are asked" wait_until 20 three
mn_stop
check "a stop: status 0" [ $? -eq 0 ]
check "a stop: all are pending, with three retries" [ "$(db "select
    count(*) from jobs where kind = 'memory_stage1' and status = 'pending'
    and retry_remaining = 3")" -eq 3 ]
check "a stop: the server was let go" wait_until 10 ended 3 gone
: >"$T/go"
mn -1 --yes
check "a stop: the next run asks again" [ "$(outputs)" -eq 3 ]
rm "$T/go"
model_stop

# It dies over a rollout while others wait: that one is to blame.  The newest
# are claimed first.
fresh 3
rollout 1 "a very long story that does not come to an end" 600000
model_start "hold=$T/go stage_one times=0"
model_conf responses
mn_start
reads_long() {
	p=$(extract_pid) && [ -n "$p" ] && requests 2 &&
	    grep -qa 'extracting /' "/proc/$p/cmdline"
}
check "a deadly one: it is read while others wait" wait_until 30 reads_long
kill -9 "$p"
blamed() { [ "$(db "select count(*) from jobs where status = 'error'")" = 1 ]; }
check "a deadly one: it has failed" wait_until 20 blamed
: >"$T/go"
two() { [ "$(outputs 2>/dev/null)" = 2 ]; }
check "a deadly one: the others are extracted" wait_until 20 two
check "a deadly one: it alone spent a retry" [ "$(db "select
    group_concat(retry_remaining, ' ') from (select retry_remaining from jobs
    where kind = 'memory_stage1' order by job_key)")" = "2 3 3" ]
mn_stop
rm "$T/go"
model_stop

#
# From builtin to a model.
#
fresh
mn -1 --yes
n=$(outputs)
check "builtin made some" [ "$n" -gt 0 ]
model_start 'stage_one times=0'
model_conf responses
mn -1 --yes
check "another provider: nothing is made again by itself" requests 0
"$B/test/mnemoctl" -o now="$NOW" extract --outdated >"$T/out"
check "extract --outdated: how many, and by whom" \
    has "^$n outputs .* by fake:fake-mini/1" "$T/out"
mn -1 --yes
check "extract --outdated: they are asked" requests "$n"
check "extract --outdated: all are the model's" [ "$(db "select count(*)
    from stage1_outputs where generator = 'fake:fake-mini/1'")" -eq "$n" ]

# What would be sent can be read first.
rollout 1 "please fix the parser 1"
"$MNEMOD" -p "$_f" >"$T/out" 2>"$LOG"
check "-p: status 0" [ $? -eq 0 ]
check "-p: the instructions" has '^You read the transcript' "$T/out"
check "-p: the message" has 'please fix the parser 1' "$T/out"
check "-p: nothing is sent" requests "$n"
model_stop

check "no process is left" no_orphans mnemod mnemod-extract mnemod-gateway \
    mnemod-agent mnemod-wspace
check "no staging is left" [ -z "$(ls -A "$STATE/staging" 2>/dev/null)" ]
finish
