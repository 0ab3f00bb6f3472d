# session.sh: small sessions made by the test itself, with the time that it
# wants.  Read after world.sh.
#
# shellcheck disable=SC2034,SC2154

# id N: the thread id of session N.
id() {
	printf '01a20000-0000-7000-8000-%012d' "$1"
}

# path N: where session N lies; its directory is made.
path() {
	mkdir -p "$CODEX/sessions/2026/11/01"
	echo "$CODEX/sessions/2026/11/01/rollout-2026-11-01T00-00-00-$(id "$1").jsonl"
}

# meta N TIME [MEMBERS]: a session_meta line; MEMBERS override, ',"k":v'.
meta() {
	case ${3:-} in *'"source"'*) _meta=${3:-} ;; *) _meta=${3:-},'"source":"cli"' ;; esac
	printf '{"timestamp":"%s","type":"session_meta","payload":{"id":"%s","timestamp":"%s","cwd":"/home/u/p%s"%s}}\n' \
	    "$2" "$(id "$1")" "$2" "$1" "$_meta"
}

# say TIME ROLE TEXT: a message; TEXT goes into JSON as it is.
say() {
	_kind=output_text
	[ "$2" = assistant ] || _kind=input_text
	printf '{"timestamp":"%s","type":"response_item","payload":{"type":"message","role":"%s","content":[{"type":"%s","text":"%s"}]}}\n' \
	    "$1" "$2" "$_kind" "$3"
}

# task N TIME: a person asks for a change, which is made and tested; it
# leaves a memory that holds no preference.
task() {
	say "$2" user "Fix the crash in parser$1.c when the input is empty."
	printf '{"timestamp":"%s","type":"response_item","payload":{"type":"custom_tool_call","status":"completed","call_id":"p%s","name":"apply_patch","input":"*** Begin Patch\\n*** Update File: parser%s.c\\n@@\\n-\\treturn s[0];\\n+\\treturn s == NULL ? 0 : s[0];\\n*** End Patch"}}\n' \
	    "$2" "$1" "$1"
	printf '{"timestamp":"%s","type":"response_item","payload":{"type":"custom_tool_call_output","call_id":"p%s","output":"Exit code: 0\\nWall time: 0.1 seconds\\nOutput:\\nSuccess. Updated the following files:\\nM parser%s.c\\n"}}\n' \
	    "$2" "$1" "$1"
	printf '{"timestamp":"%s","type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\\"cmd\\": \\"make check%s\\", \\"workdir\\": \\"/home/u/p%s\\"}","call_id":"c%s"}}\n' \
	    "$2" "$1" "$1" "$1"
	printf '{"timestamp":"%s","type":"response_item","payload":{"type":"function_call_output","call_id":"c%s","output":"Chunk ID: 1\\nWall time: 0.3 seconds\\nProcess exited with code 0\\nOutput:\\n12 tests passed\\n"}}\n' \
	    "$2" "$1"
	say "$2" assistant "Fixed parser$1.c: an empty input returned garbage. make check$1 passes."
}

# at TIME FILE: a file written then.
at() {
	touch -d "$1" "$2"
}

# session N TIME [MEMBERS]: a whole session of that time.
session() {
	_file=$(path "$1")
	{ meta "$1" "$2" "${3:-}"; task "$1" "$2"; } >"$_file"
	at "$2" "$_file"
}

# goes_on N TIME TEXT: the person writes once more.
goes_on() {
	say "$2" user "$3" >>"$(path "$1")"
	at "$2" "$(path "$1")"
}

# hours N: NOW is N hours after the start of the test.
hours() {
	NOW=$(date -u -d "2026-11-23T12:00:00Z + $1 hours" +%Y-%m-%dT%H:%M:%SZ)
}

# job N COLUMN: a column of the session's stage-one job.
job() {
	sql "select $2 from jobs where kind = 'memory_stage1' and
	    job_key = '$(id "$1")'"
}

# output N COLUMN: a column of the session's output.
output() {
	sql "select $2 from stage1_outputs where thread_id = '$(id "$1")'"
}

# claimed N: the last pass claimed so many.
claimed() {
	has "stage one: $1 claimed" "$LOG"
}

# remembered N; forgotten N: the memory root tells of the session, or not.
remembered() {
	grep -q "$(id "$1")" "$ROOT/raw_memories.md" &&
	    grep -rq "parser$1\.c" "$ROOT/rollout_summaries"
}
forgotten() {
	! grep -rqE "$(id "$1")|parser$1\.c" "$ROOT"
}

# once_claimed COMMAND...: one pass; the command runs when its first job is
# claimed and not yet handed on.  The exit status of the pass is in $status.
once_claimed() {
	mn_start -1 --yes -o crash_at=stop:store.claim.after
	wait_until 20 is_stopped "$sup"
	"$@"
	wait_until 30 goes_to_its_end "$sup"
	wait "$sup"
	status=$?
}
is_stopped() {
	[ "$(state_of "$1")" = T ]
}
goes_to_its_end() {
	is_gone "$1" || { kill -CONT "$1" && false; }
}
