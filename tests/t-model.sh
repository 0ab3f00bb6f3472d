#!/bin/sh
# Stage one with a model, as a user meets it, through each of the three APIs:
# every rollout that is due is asked about once, the answers are stored with
# who made them and published, and the second pass asks nothing.  What goes
# out names no rollout but in its text, and nothing of it stays in a log.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh

MODEL=gpt-5-fake	# one that takes an effort

# all PATH: that member of each request, told apart.
all() {
	while IFS= read -r line; do
		printf '%s' "$line" >"$T/one-request"
		sqlite3 :memory: "select json_extract(readfile('$T/one-request'), '$1')"
	done <"$REQ" | sort -u
}

for api in responses chat messages; do
	world_new
	world_fill tests/data/codex
	model_start 'times=0 stage_one'
	model_conf "$api"
	mn --dry-run >"$T/dry" 2>&1
	check "$api: dry run: exits 0" [ $? -eq 0 ]
	check "$api: dry run: asks nothing" [ ! -s "$REQ" ]
	due=$(sed -n 's/^threads: \([0-9]*\) due.*/\1/p' "$T/dry")

	mn -1 --yes -v
	check "$api: exits 0" [ $? -eq 0 ]
	check "$api: a request for each rollout that is due" requests "$due"
	check "$api: stored with who made it" [ "$(sql "select count(*)
	    from stage1_outputs where generator = 'fake:$MODEL/1'")" -eq "$due" ]
	check "$api: each with its own answer" [ "$(sql "select
	    count(distinct raw_memory) from stage1_outputs")" -eq "$due" ]
	check "$api: each request is in the ledger once, settled as told" \
	    [ "$(sql "select count(*), count(distinct thread_id),
	    sum(tokens), sum(input), sum(cached_input), sum(output)
	    from model_requests where outcome = 'ok' and http_status = 200")" = \
	    "$due|$due|$((due * 1100))|$((due * 1000))|$((due * 200))|$((due * 100))" ]
	check "$api: its memory is published" \
	    has 'parser[0-9]*\.c is built by make' "$ROOT/raw_memories.md"
	check "$api: with a summary for each" [ "$(grep -l 'Fixed parser' \
	    "$ROOT"/rollout_summaries/*.md | wc -l)" -eq "$due" ]
	check "$api: memory_summary.md begins with v1" \
	    [ "$(head -n 1 "$ROOT/memory_summary.md")" = v1 ]

	# What was sent.
	check "$api: one model, the one that is configured" \
	    [ "$(all $.body.model)" = "$MODEL" ]
	check "$api: as itself" [ "$(all '$.headers.user-agent' |
	    grep -c '^mnemod/[0-9.]* (.*; .*)$')" -eq 1 ]
	run=$(all '$.headers.thread-id')
	if [ "$api" = responses ]; then
		check "$api: under the run's own id" [ ${#run} -eq 36 ]
		check "$api: which is no rollout's" [ -z "$(sql "select id
		    from threads where id = '$run'")" ]
		check "$api: in all places" [ "$(all '$.headers.session-id')
$(all '$.headers.x-client-request-id')
$(all '$.body.prompt_cache_key')" = "$run
$run
$run" ]
		check "$api: without the repository" has_not \
		    'turn-metadata.*associated_remote' "$REQ"
	else
		check "$api: without ids" [ -z "$run" ]
	fi
	check "$api: with a low effort" [ "$(all $.body.reasoning.effort)$(all \
	    $.body.reasoning_effort)" = "$([ "$api" = messages ] || echo low)" ]

	# What stayed here.
	check "$api: the key is in no file" [ -z "$(grep -rl "$KEY" "$W")" ]
	check "$api: no prompt or reply in the log" has_not \
	    'parser[0-9]*\.c\|Fixed\|shop-api.*test\|You are' "$LOG"
	world_clean "$api"
	check "$api: no gateway is left" no_orphans mnemod-gateway

	mn -1 --yes
	check "$api: again: exits 0" [ $? -eq 0 ]
	check "$api: again: asks nothing" requests "$due"
	model_stop
done

# A memory that builtin made, and one of its sessions told anew by a model: it
# is told in the model's words, and nothing is taken from the others.
. tests/session.sh
world_new
for i in 1 2 3; do
	session "$i" "2026-11-2${i}T10:00:00Z" ',"cwd":"/home/u/same"'
done
NOW=2026-11-24T12:00:00Z
mn -1 --yes
cp "$ROOT/MEMORY.md" "$T/before"
check "side by side: builtin made a memory" [ -s "$T/before" ]
goes_on 2 2026-11-24T01:00:00Z "And now run make lint."
model_start 'times=0 stage_one'
model_conf responses
mn -1 --yes
check "side by side: status 0" [ $? -eq 0 ]
check "side by side: one is the model's" [ "$(sql "select
    group_concat(facts is null, '') from stage1_outputs")" = 010 ]
grep '^## Task [13]:\|^- .*\[Task [13]\]\|00000000000[13],' "$T/before" \
    >"$T/others"
check "side by side: the others are told of" [ "$(wc -l <"$T/others")" -eq 6 ]
check "side by side: nothing of them is lost" \
    [ "$(grep -cFxf "$T/others" "$ROOT/MEMORY.md")" -eq 6 ]
check "side by side: the model's is told in its words" \
    has '^- parser[0-9]*.c is built by make \[Task 2\]$' "$ROOT/MEMORY.md"
check "side by side: once, in the block that was there" \
    [ "$(grep -c '^# Task Group\|^## Task' "$ROOT/MEMORY.md")" -eq 4 ]
cp "$ROOT/MEMORY.md" "$T/before"
session 4 2026-11-23T11:00:00Z ',"cwd":"/home/u/same"'
mn -1 --yes -o use_provider=builtin
check "side by side: builtin goes on: status 0" [ $? -eq 0 ]
check "side by side: and adds to the same block" \
    [ "$(grep -c '^# Task Group\|^## Task' "$ROOT/MEMORY.md")" -eq 5 ]
world_clean "side by side"
model_stop
finish
