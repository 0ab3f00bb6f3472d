# rollout.sh: rollouts that a test writes record by record.  Read after
# world.sh.
#
#	text <TEXT	as the inside of a JSON string
#	begin META	the next rollout, of the members META of its session_meta:
#			its number is $number, its thread $id, its path $rollout
#	record TYPE PAYLOAD	one record of it, a second after the last
#	message ROLE KIND TEXT	a message in one part
#	call ARGUMENTS OUTPUT	a call of a tool and what came of it
#
# What stands inside a string is escaped by the caller as far as its place
# asks.  All but begin, which writes the file, print.
#
# shellcheck shell=sh disable=SC2154

number=0

text() {
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' |
	    awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}

record() {
	second=$((second + 1))
	printf '{"timestamp":"2026-11-22T10:%02d:%02d.000Z","type":"%s",' \
	    $((second / 60)) $((second % 60)) "$1"
	printf '"payload":%s}\n' "$2"
}

message() {
	record response_item '{"type":"message","role":"'"$1"'","content":[{"type":"'"$2"'","text":"'"$3"'"}]}'
}

call() {
	calls=$((calls + 1))
	record response_item '{"type":"function_call","name":"exec_command","call_id":"c'"$number.$calls"'","arguments":"'"$1"'"}'
	record response_item '{"type":"function_call_output","call_id":"c'"$number.$calls"'","output":"'"$2"'"}'
}

begin() {
	number=$((number + 1)) second=0 calls=0
	id=$(printf '01a20000-%04x-7000-8000-%012x' "$number" "$number")
	mkdir -p "$CODEX/sessions/2026/11/22"
	rollout=$CODEX/sessions/2026/11/22/rollout-2026-11-22T10-00-00-$id.jsonl
	record session_meta '{"id":"'"$id"'","timestamp":"2026-11-22T10:00:00.000Z","originator":"codex_cli_rs","cli_version":"0.169.0",'"$1"'}' \
	    >"$rollout"
}
