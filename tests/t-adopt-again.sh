#!/bin/sh
# The state directory was lost, the memory was not: adopted again, it stood in
# MEMORY.md as before, but memory_summary.md, the file that each new session
# reads first, was written anew from what the new state knew of, and every
# preference that the user had ever told was gone from it.
. tests/lib.sh
isolate
. tests/world.sh
MNEMOCTL=$B/test/mnemoctl
ctl() { "$MNEMOCTL" -o now="$NOW" "$@" >"$T/out" 2>"$T/err"; }
SUMMARY=$ROOT/memory_summary.md

# What it says of the user and of where what is.
told() {
	for _line in 'all our services report changes as events.*(all projects, shop-api)' \
	    'indent Python with four spaces.*(shop-api only)' \
	    'Never run terraform apply' 'immer auf Deutsch' 'npm run lint' \
	    '^### /home/mara/src/shop-api' '^  desc: The cart total'; do
		has "$_line" "$SUMMARY" || { echo "no: $_line"; return 1; }
	done
	# A rule that another took the place of stays away.
	has_not 'indent Python with tabs' "$SUMMARY"
}

world_new
world_fill tests/data/codex
mn -1 --yes
check "before: told" told
cp "$ROOT/MEMORY.md" "$T/before.md"
rm -rf "$STATE"
mn -1 --yes --adopt
check "adopted again: status 0" [ $? -eq 0 ]
check "adopted again: MEMORY.md as before" cmp -s "$T/before.md" "$ROOT/MEMORY.md"
check "adopted again: the summary still tells" told
check "adopted again: nothing of it is called a person's" \
    has_not '^### by hand' "$SUMMARY"
cp "$SUMMARY" "$T/after.md"
mn -1 --yes
check "the next pass: nothing changes" cmp -s "$T/after.md" "$SUMMARY"

# One of them is forgotten: the others are told as before.
id=$(basename "$(grep -rl 'Commit-Nachrichten' "$CODEX/sessions" | head -n 1)" \
    .jsonl | cut -c 29-)
ctl forget "$id"
check "one forgotten: status 0" [ $? -eq 0 ]
check "one forgotten: its rule is gone" has_not 'immer auf Deutsch' "$SUMMARY"
check "one forgotten: the rest stands" has 'Never run terraform apply' "$SUMMARY"
id=$(basename "$(grep -rl 'report changes as events' "$CODEX/sessions" |
    head -n 1)" .jsonl | cut -c 29-)
ctl forget "$id"
check "half of a group: its rule is gone" has_not 'report changes' "$SUMMARY"
check "half of a group: the other half is told" has 'ruff check' "$SUMMARY"

# A new session: both are told.
f=$CODEX/sessions/2026/11/23/rollout-2026-11-23T01-00-01-01a20373-0000-7000-8000-000000000001.jsonl
mkdir -p "$(dirname "$f")"
cat >"$f" <<'END'
{"timestamp":"2026-11-23T01:00:01.000Z","type":"session_meta","payload":{"id":"01a20373-0000-7000-8000-000000000001","cwd":"/home/mara/src/new","source":"cli"}}
{"timestamp":"2026-11-23T01:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}
END
touch -d 2026-11-23T01:00:10Z "$f"
NOW=2026-11-24T02:00:00Z
mn -1 --yes
check "a new session: told" has 'in the imperative' "$SUMMARY"
check "a new session: and the rest" has 'ruff check' "$SUMMARY"
world_clean "all"

# A NUL that a crash of another program left in the middle: the folder is
# adopted all the same, with every byte, and what is new follows.
world_new
world_fill tests/data/codex
cp -R tests/data/adopted "$ROOT"
chmod -R u+w "$ROOT"
printf 'a\0b\n' >>"$ROOT/MEMORY.md"
printf 'c\0d\n' >>"$SUMMARY"
cp "$ROOT/MEMORY.md" "$T/nul.md"
cp "$SUMMARY" "$T/nul-summary.md"

# An adoption is new work: not while a person has paused that.
mn -1 --yes
check "not adopted: status 7" [ $? -eq 7 ]
ctl pause
mn -1 --yes --adopt
check "paused: status 8" [ $? -eq 8 ]
check "paused: said" has 'memory codex: not adopted yet (paused): mnemoctl pause' "$LOG"
check "paused: nothing is in the history" sh -c \
    '! git --git-dir="$1" rev-parse -q --verify refs/mnemod/adopted' sh \
    "$STATE/memories/codex.git"
mn --dry-run --adopt >"$T/dry"
check "paused: the dry run says so" has 'not due: paused' "$T/dry"
check "paused: and of all of them" has '^threads: 0 due' "$T/dry"
ctl resume
mn -1 --yes --adopt
check "a NUL: adopted, status 0" [ $? -eq 0 ]
check "a NUL: it is told where" has 'MEMORY.md: line [0-9]* holds a NUL' "$LOG"
begins() { cmp -s -n "$(wc -c <"$1")" "$1" "$2"; }
check "a NUL: MEMORY.md begins as it was" begins "$T/nul.md" "$ROOT/MEMORY.md"
check "a NUL: the summary, too" begins "$T/nul-summary.md" "$SUMMARY"
check "a NUL: what is new is in both" sh -c \
    'grep -aq "shop-api" "$1" && grep -aq "shop-api" "$2"' sh \
    "$ROOT/MEMORY.md" "$SUMMARY"
check "a NUL: the history has every byte" sh -c \
    'git --git-dir="$1" show refs/mnemod/adopted:MEMORY.md | cmp -s - "$2"' \
    sh "$STATE/memories/codex.git" "$T/nul.md"
world_clean "a NUL"
finish
