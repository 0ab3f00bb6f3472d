# agent.sh: a consolidation agent played by the scripted model.  Read after
# world.sh and model.sh.
#
#	agent_row COLUMN	of the last agent	audit	its records
#	stage_two COLUMN	of the job
#	session N CWD		a rested session, N from 1 to 9
#	stem N			the name of its summary in $ROOT
#	block N CWD STEM	what a good agent writes of it
#	handbook FILE N...	of several, in folders /home/u/pN
#	summary N...		a memory_summary.md for them
#	write_call PATH FILE	a call that writes it
#	write_all MEMORY SUMMARY	a turn that writes both
#	pass RULE...		one pass with an agent that does that
#
# shellcheck shell=sh disable=SC2034,SC2154,SC2119,SC2120

AGENT=fake-big
MORE='max_output_tokens = 1000 reasoning = yes'
MNEMOCTL=$B/test/mnemoctl
# The same of every session, so that summaries have the same names each time.
ONE=$(cat <<'END'
model=fake-mini times=0 answer='{"rollout_summary":"# Fixed parser1.c\n\nRollout context: a crash.\n\n## Task 1: fix parser1.c\n\nOutcome: success\n\nPreference signals:\n- when tests are run, the user said \"always use make check\" -> run make check\n","rollout_slug":"fix-parser","raw_memory":"---\ndescription: fixed parser1.c\ntask: fix parser1.c\ntask_group: parser\ntask_outcome: success\ncwd: /home/u/p\nkeywords: parser1.c, crash\n---\n\n### Task 1: fix parser1.c\n\ntask: fix parser1.c\ntask_group: parser\ntask_outcome: success\n\nPreference signals:\n- when tests are run, the user said \"always use make check\" -> run make check\n"}'
END
)
DONE="model=fake-big text='It is in the memory now.'"

db() { sqlite3 -cmd ".timeout 10000" "$STATE/state.db" "$@"; }
agent_row() {
	db "select $1 from agents order by started_at desc, rowid desc limit 1"
}
stage_two() { db "select $1 from jobs where kind like 'memory_consolidate%'"; }
audit() { echo "$STATE/agents/$(agent_row thread_id).jsonl"; }
agents_requests() { count_of '"model":"fake-big"' "$REQ"; }
asked_of_agent() { [ "$(agents_requests)" -ge "$1" ]; }
unpublished() { [ ! -e "$ROOT/MEMORY.md" ]; }

thread() { echo "01a20373-0000-7000-8000-00000000000$1"; }
rollout() {
	echo "$CODEX/sessions/2026/11/22/rollout-2026-11-22T0$1-00-01-$(thread "$1").jsonl"
}
session() {
	_f=$(rollout "$1")
	mkdir -p "$(dirname "$_f")"
	cat >"$_f" <<-END
	{"timestamp":"2026-11-22T0$1:00:01.000Z","type":"session_meta","payload":{"id":"$(thread "$1")","cwd":"$2","source":"cli"}}
	{"timestamp":"2026-11-22T0$1:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"please fix the parser"}]}}
	END
	touch -d "2026-11-22T0$1:00:10Z" "$_f"
}
stem() {
	basename "$(grep -l "$(thread "$1")" "$ROOT"/rollout_summaries/*.md)"
}
# stems N...: their names, as the same sessions get them, in $T/stemN.
stems() {
	world_new
	for _n; do session "$_n" "/home/u/p$_n"; done
	AGENT=builtin pass
	for _n; do stem "$_n" >"$T/stem$_n"; done
}
block() {
	cat <<-END
	# Task Group: project $1
	scope: parser1.c; crash
	applies_to: cwd=$2; reuse_rule=this folder

	## Task 1: fix parser1.c, success
	### rollout_summary_files
	- $3 (cwd=$2, rollout_path=$(rollout "$1"), updated_at=2026-11-22T0$1:00:02+00:00, thread_id=$(thread "$1"), success)
	### keywords
	parser1.c, crash

	## User preferences
	- when tests are run, the user said "always use make check" -> run make check [Task 1]

	END
}
handbook() {
	_out=$1
	shift
	for _n; do block "$_n" "/home/u/p$_n" "$(cat "$T/stem$_n")"; done >"$_out"
}
summary() {
	printf 'v1\n\n## User Profile\nOne user.\n\n## User preferences\n\n## General Tips\n\n## What%ss in Memory\n' "'"
	for _n; do
		printf '### /home/u/p%s\n#### 2026-11-22\n- project %s: parser1.c\n  desc: a crash\n  learnings: run make check\n' "$_n" "$_n"
	done
}

# A text as a JSON string that stands in a quoted word.
json_text() {
	sqlite3 :memory: "select json_quote(cast(readfile('$1') as text))" |
	    sed "s/'/\\\\u0027/g"
}
write_call() {
	printf "call=write_file args='{\"path\":\"%s\",\"content\":%s}'" "$1" \
	    "$(json_text "$2")"
}
write_all() {
	echo "model=fake-big $(write_call MEMORY.md "$1") $(write_call memory_summary.md "$2")"
}

# LINE goes into mnemod.conf, API is asked.  Status in $status.
pass() {
	model_start "$ONE" "$@"
	model_conf "${API:-responses}" ${LINE:+"$LINE"}
	mn -1 --yes
	status=$?
	model_stop
}
# pass_begin RULE...: the same in the background; ends with pass_end.
pass_begin() {
	model_start "$ONE" "$@"
	model_conf "${API:-responses}" ${LINE:+"$LINE"}
	mn_start -1 --yes
}
pass_end() {
	wait "$sup"
	status=$?
	model_stop
}
