#!/bin/sh
# A thread was to be forgotten, and what it had said came back with the next
# consolidation: its rollout was still there, an edited block still cited it,
# an edited summary had lost its id.  A tombstone takes all text that rests on
# its thread alone out of every published file, and a full re-scan does not
# bring it back.
. tests/lib.sh
isolate
. tests/world.sh

if ! command -v sqlite3 >/dev/null 2>&1; then
	skip "tombstones" "no sqlite3(1) here"
	finish
fi

# The thread of the voucher, its repository has others; "ruff check" is its.
ID=01a1f83a-2aa0-71c4-82dd-c0285b9c2513
STEM=2026-11-20T09-12-04-0VrB
world_new
world_fill tests/data/codex
check "a first pass" mn -1 --yes
check "the thread is told" grep -q "thread_id=$ID" "$ROOT/MEMORY.md"
check "its rule is in the summary" grep -q 'ruff check' \
    "$ROOT/memory_summary.md"
grep -c . "$ROOT/MEMORY.md" >"$T/lines"

# A block by hand with that thread and another, a summary by hand, a mention.
other=$(grep -o 'thread_id=[0-9a-f-]*' "$ROOT/MEMORY.md" | grep -v $ID |
    tail -n 1)
cat >>"$ROOT/MEMORY.md" <<EOF

# Task Group: mine
scope: vouchers
applies_to: cwd=/home/mara; reuse_rule=none

## Task 1: Vouchers, success
### rollout_summary_files
- $STEM-the_cart_total_is_wrong_when_a_voucher_is_used_twice.md (no id)
### keywords
voucher

## Task 2: Other, success
### rollout_summary_files
- $(grep -o '^- [^ ]*.md (.*'"$other" "$ROOT/MEMORY.md" | sed 's/^- //' |
    head -n 1 | cut -d' ' -f1) ($other)
### keywords
other

## User preferences
- of the voucher [Task 1]
- of both [Task 1][Task 2]
EOF
find "$ROOT/rollout_summaries" -name "$STEM-*" |
    while IFS= read -r f; do printf 'My words.\n' >"$f"; done
printf 'Heard in %s.\nHeard elsewhere.\n' $ID >>"$ROOT/memory_summary.md"

sqlite3 "$STATE/state.db" "INSERT INTO tombstones (thread_id, made_at, reason)
    VALUES ('$ID', 1795000000, 'deleted')"
one=$(grep -rl 'cargo test' tests/data/facts/codex/sessions)
cp "$one" "$CODEX/sessions/2026/11/20"
world_touch "$CODEX/sessions/2026/11/20/$(basename "$one")"
check "a pass with the tombstone" mn -1 --yes
left=$(grep -rlE "$ID|$STEM|test_cart|before you tell me|My words" "$ROOT")
check "no file names it or says what it said ($left)" [ -z "$left" ]
check "its thread is in no block" [ "$(count_of "$ID" "$ROOT/MEMORY.md")" \
    -eq 0 ]
check "its summary is in no block" [ "$(count_of "$STEM" \
    "$ROOT/MEMORY.md")" -eq 0 ]
check "of what rests on it alone nothing is left" [ "$(count_of \
    'of the voucher\|test_cart\|before you tell me\|Vouchers, success' \
    "$ROOT/MEMORY.md")" -eq 0 ]
check "what others support too stays, without it" grep -qx \
    -e '- of both \[Task 2\]' "$ROOT/MEMORY.md"
check "the other line by hand stays" grep -qx 'Heard elsewhere.' \
    "$ROOT/memory_summary.md"
check "the same repository's other task stays" grep -q \
    'Add an audit log for price changes' "$ROOT/MEMORY.md"

# Again from the files: with nothing known of them.
sqlite3 "$STATE/state.db" 'DELETE FROM sources'
find "$CODEX/sessions" -name "*$ID*" -exec sed -i '$p' {} +
check "a pass after a full re-scan" mn -1 --yes
check "it does not come back" [ -z "$(grep -rl "$ID" "$ROOT")" ]
world_clean "tombstone"
finish
