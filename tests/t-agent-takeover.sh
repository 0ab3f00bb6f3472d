#!/bin/sh
# Who tries a model and goes back, or the other way round, must not pay with
# what the other wrote: builtin leaves the model's blocks alone to the byte, a
# model finds builtin's and a person's blocks and keeps them, and it can be seen
# who made what is live.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh

# rich N CWD: one that has something to say without a model.
rich() {
	_old=$(grep -rl '"repository_url"' tests/data/codex/sessions/2026/11/20 |
	    head -n 1)
	_id=01a20373-0000-7000-8000-00000000000$1
	_d=$CODEX/sessions/2026/11/22
	mkdir -p "$_d"
	_new=$_d/rollout-2026-11-22T0$1-00-01-$_id.jsonl
	sed "s/01a1f83a-2aa0-71c4-82dd-c0285b9c2513/$_id/g
	    s,/home/mara/src/shop-api,$2,g
	    s,\"repository_url\":\"[^\"]*\",\"repository_url\":\"x:$1\",g" \
	    "$_old" >"$_new"
	world_touch "$_new"
}
# consolidate WHO [RULE...]: one pass, an hour later; WHO is builtin, in both
# stages, or fake-big.
hour=11
consolidate() {
	AGENT=$1
	shift
	hour=$((hour + 1))
	NOW=2026-11-23T$hour:00:00Z
	model_start "$ONE" "$@"
	model_conf responses
	[ "$AGENT" != builtin ] ||
	    echo 'use_provider = "builtin"' >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"
	mn -1 --yes
	status=$?
	model_stop
}
# of NAME FILE: the block of that group.
of() {
	awk -v name="# Task Group: $1" '/^# Task Group: / { on = index($0, name) == 1 } on' "$2"
}
shown() {
	"$MNEMOCTL" status >"$T/out"
	"$MNEMOCTL" agents >>"$T/out"
	check "$1: status and agents name $2" \
	    [ "$(grep -c "^codex .* $2 \|^[0-9a-f-]* *codex .* $2 " "$T/out")" -ge 2 ]
	check "$1: of the memory itself" has "^codex *ours .* $2 " "$T/out"
}

stems 1 2
stem1=$(cat "$T/stem1")
stem2=$(cat "$T/stem2")
check "summaries ($stem1, $stem2)" [ "$stem1" != "$stem2" ]

#
# builtin, then a model beside it, then builtin again.
#
world_new
rich 1 /home/u/one
consolidate builtin
check "builtin first: status 0" [ "$status" -eq 0 ]
shown "builtin first" builtin/1
check "builtin first: its block is there" has 'generator=builtin/1' "$ROOT/MEMORY.md"
printf '\n# Task Group: mine\nscope: written by hand\napplies_to: cwd=/home/u/mine; reuse_rule=mine\npinned: yes\n\n## Task 1: mine\n' >>"$ROOT/MEMORY.md"
cp "$ROOT/MEMORY.md" "$T/builtin.md"
cp "$ROOT/memory_summary.md" "$T/builtin-summary.md"
block 2 /home/u/two "$stem2" | sed '$d' >"$T/two.md"
{ cat "$T/builtin.md"; echo; cat "$T/two.md"; } >"$T/both.md"
{ cat "$T/builtin-summary.md"; printf '\n- project 2: parser1.c\n'; } >"$T/summary.md"
session 2 /home/u/two
consolidate fake-big \
    "$(write_all "$T/both.md" "$T/summary.md")" \
    "model=fake-big text=done times=0"
cat "$LOG"
check "then a model: status 0" [ "$status" -eq 0 ]
check "then a model: its block is there" has '^# Task Group: project 2' "$ROOT/MEMORY.md"

check "then a model: builtin's and the person's stay to the byte" \
    cmp -s "$T/both.md" "$ROOT/MEMORY.md"
shown "then a model" fake:fake-big/1
rich 3 /home/u/three
consolidate builtin
cat "$LOG"
check "builtin again: status 0" [ "$status" -eq 0 ]
for b in 'project 2' mine; do
	of "$b" "$T/both.md" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$T/was"
	of "$b" "$ROOT/MEMORY.md" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$T/is"
	check "builtin again: block \"$b\" stays to the byte" cmp -s "$T/was" "$T/is"
	check "builtin again: block \"$b\" is there" [ -s "$T/is" ]
done
check "builtin again: the third session is in" has '00000000003' "$ROOT/MEMORY.md"
check "builtin again: the first one still is" has '00000000001' "$ROOT/MEMORY.md"
check "builtin again: the model's line of the summary stays" \
    has '^- project 2: parser1.c' "$ROOT/memory_summary.md"
shown "builtin again" builtin/1
world_clean "builtin again"

#
# A model first, then builtin, then the model once more.
#
world_new
session 1 /home/u/one
block 1 /home/u/one "$stem1" | sed '$d' >"$T/one.md"
printf 'v1\n\n## User Profile\nOne user.\n\n## User preferences\n\n## General Tips\n\n## What'"'"'s in Memory\n### /home/u/one\n#### 2026-11-22\n- project 1: parser1.c\n  desc: a crash in parser1.c\n  learnings: run make check\n' >"$T/summary.md"
consolidate fake-big \
    "$(write_all "$T/one.md" "$T/summary.md")" \
    "model=fake-big text=done times=0"
check "a model first: status 0" [ "$status" -eq 0 ]
shown "a model first" fake:fake-big/1
rich 2 /home/u/two
consolidate builtin
check "then builtin: status 0" [ "$status" -eq 0 ]
of 'project 1' "$ROOT/MEMORY.md" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$T/is"
check "then builtin: the model's block stays to the byte" cmp -s "$T/one.md" "$T/is"
check "then builtin: the second session is in" has '00000000002' "$ROOT/MEMORY.md"
check "then builtin: the summary keeps the model's words" \
    [ "$(grep -c -e '^One user' -e '^- project 1: parser1.c' "$ROOT/memory_summary.md")" -eq 2 ]
shown "then builtin" builtin/1
cp "$ROOT/MEMORY.md" "$T/before.md"
session 3 /home/u/three
consolidate fake-big \
    "model=fake-big call=edit_file args='{\"path\":\"MEMORY.md\",\"old\":\"- when tests are run, the user said\",\"new\":\"- When tests are run, the user said\"}'" \
    "model=fake-big text=done times=0"
check "the model once more: status 0" [ "$status" -eq 0 ]
sed 's/^- when tests are run/- When tests are run/' "$T/before.md" >"$T/want.md"
check "the model once more: one line, and builtin's blocks as they were" \
    cmp -s "$T/want.md" "$ROOT/MEMORY.md"
shown "the model once more" fake:fake-big/1
world_clean "the model once more"
finish
