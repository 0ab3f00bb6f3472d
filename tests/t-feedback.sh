#!/bin/sh
# Another program's memory fed on itself: sessions that read the memory were
# taken for new evidence of what stood in it, and a handbook of three lines
# grew to pages that repeated each other.  Ten times: the memory is published,
# and a session reads all of it in every way there is, and is read in turn.
# MEMORY.md does not differ by a byte from what it becomes without.
. tests/lib.sh
isolate
. tests/world.sh
. tests/rollout.sh

dir=$CODEX/sessions/2026/11/22

# shell COMMAND OUTPUT: a call of a program that succeeds.
shell() {
	call '{\"cmd\":\"'"$1"'\"}' 'Process exited with code 0\nOutput:\n'"$2"
}

# next: the next rollout.
next() {
	begin '"cwd":"/home/dev/src/app","source":"cli","git":{"branch":"main"}'
}

# The one session that has something to say.
work() {
	message user input_text 'Add pagination to list_items. From now on always run make lint before you answer.'
	record response_item '{"type":"custom_tool_call","call_id":"p","name":"apply_patch","input":"*** Begin Patch\n*** Update File: server.py\n@@\n-a\n+b\n*** End Patch"}'
	record response_item '{"type":"custom_tool_call_output","call_id":"p","output":"Exit code: 0\nOutput:\nSuccess. Updated the following files:\nM server.py"}'
	shell 'frobnicate --all' 'bash: frobnicate: command not found'
	shell 'make test' 'ok'
	message assistant output_text 'Pagination is there; from now on I run make lint first.'
}

# What a session reads of the memory, in all ways.
read_memory() {
	memory=$(text <"$ROOT/MEMORY.md")
	summary=$(text <"$ROOT/memory_summary.md")
	all=$(cat "$ROOT"/rollout_summaries/*.md | text)
	audit=$(cat "$STATE"/agents/*.jsonl | tail -c 20000 | text)
	message developer input_text "## Memory\n========= MEMORY_SUMMARY BEGINS =========\n$summary\n========= MEMORY_SUMMARY ENDS =========\n"
	message user input_text "========= MEMORY_SUMMARY BEGINS =========\n$summary\n========= MEMORY_SUMMARY ENDS =========\nWhat do we know of list_items?"
	shell "cat $ROOT/MEMORY.md" "$memory"
	shell "sed -n 1,200p $ROOT/MEMORY.md" "$memory"
	shell "cd ~ && rg -n pagination \$CODEX_HOME/memories/rollout_summaries" "$all"
	shell "cat $ROOT/memory_summary.md && cat $ROOT/raw_memories.md" "$summary\n$(text <"$ROOT/raw_memories.md")"
	shell "ls $STATE/agents; cat $STATE/agents/*.jsonl" "$audit"
	record event_msg '{"type":"exec_command_end","call_id":"c'"$number.1"'","command":["bash","-lc","cat '"$ROOT"'/MEMORY.md"],"aggregated_output":"'"$memory"'","stdout":"'"$memory"'","exit_code":0}'
	message user input_text "Tell me more. <private>From now on always use the secret door. $memory</private>"
	message assistant output_text "It has pagination; make lint runs first.\n<oai-mem-citation>\n<citation_entries>\nMEMORY.md:1-9|note=[$memory]\n</citation_entries>\n<rollout_ids>\n01a20000-0001-7000-8000-000000000001\n</rollout_ids>\n</oai-mem-citation>"
}

pass() {
	touch -d 2026-11-22T11:00:00Z "$dir"/*.jsonl
	mn -1 --yes
}

# Work of its own in each session, so that each has an output.
small_work() {
	second=60	# whatever was read before
	message user input_text "Now fix step $number of server.py."
	record response_item '{"type":"custom_tool_call","call_id":"p'"$number"'","name":"apply_patch","input":"*** Begin Patch\n*** Update File: server.py\n@@\n-a\n+b'"$number"'\n*** End Patch"}'
	record response_item '{"type":"custom_tool_call_output","call_id":"p'"$number"'","output":"Exit code: 0\nOutput:\nSuccess. Updated the following files:\nM server.py"}'
	shell 'make test' 'ok'
	message assistant output_text "Step $number is fixed."
}

# rounds read|blind: ten sessions one after the other, that read the memory
# or do not; "$T/$1.N" is the MEMORY.md of each round.
rounds() {
	world_new
	number=0
	next
	work >>"$rollout"
	pass
	cp "$ROOT/MEMORY.md" "$T/$1.0"
	for round in 1 2 3 4 5 6 7 8 9 10; do
		next
		[ "$1" = blind ] || read_memory >>"$rollout"
		small_work >>"$rollout"
		[ "$1" = blind ] || plant_audits
		pass || not_ok "$1, round $round: exits 0"
		cp "$ROOT/MEMORY.md" "$T/$1.$round"
	done
}

# Our own audits, found among the sessions, are read like any.
plant_audits() {
	for f in "$STATE"/agents/*.jsonl; do
		[ -f "$f" ] && cp "$f" \
		    "$dir/rollout-2026-11-22T10-00-00-$(basename "$f")"
	done
}

rounds blind
rounds read
check "the first session is published" has 'always run make lint' "$T/read.0"
for round in 0 1 2 3 4 5 6 7 8 9 10; do
	check "round $round: reading the memory adds nothing to it" \
	    cmp "$T/blind.$round" "$T/read.$round"
done
check "the sessions' own work is there" has 'step 11' "$T/read.10"
check "nothing of <private> is in the memory" \
    [ -z "$(grep -rl 'secret door' "$ROOT")" ]
check "a rule stands once" \
    [ "$(grep -c 'always run make lint' "$T/read.10")" -eq 1 ]
finish
