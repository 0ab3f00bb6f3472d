#!/bin/sh
# "Remember this" was an edit in a folder that the next run rewrote.  A note is
# a file of its own, published, redacted, kept, and folded in.
. tests/lib.sh
isolate
. tests/world.sh

NOTES=$ROOT/extensions/ad_hoc/notes

world_new
world_fill tests/data/codex
ctl remember "too early"
check "no state: status 6" [ "$status" -eq 6 ]
mn -1 --yes
ctl remember "Deploy with make ship, never on Fridays. password=correcthorse9"
check "without: status 0" [ "$status" -eq 0 ]
f=$(find "$NOTES" -name '*.md')
check "without: its name" sh -c 'basename "$1" | grep -qE "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}-[a-z0-9][a-z0-9-]{0,79}\.md$"' sh "$f"
check "without: its text" has '^Deploy with make ship' "$f"
check "without: redacted" has_not correcthorse9 "$f"
check "without: nowhere else either" sh -c \
    '! grep -rq correcthorse9 "$1" "$2"' sh "$ROOT" "$STATE"
check "without: instructions are there" \
    [ -s "$ROOT/extensions/ad_hoc/instructions.md" ]
check "without: the job is due" \
    [ "$(sql "select status from jobs where kind='memory_consolidate'")" = pending ]
mn -1 --yes
check "folded in" grep -q 'make ship.*\[ad-hoc note\]' "$ROOT/MEMORY.md"
check "the note stays" [ -s "$f" ]

mn_start
check "with: it listens" wait_until 10 listening
echo mine >"$ROOT/extensions/ad_hoc/instructions.md"
ctl -j remember "Ask before a schema change."
check "with: status 0" [ "$status" -eq 0 ]
check "with: the supervisor did it" has '"by":"supervisor"' "$T/out"
check "with: the path" has '"path":"extensions/ad_hoc/notes/2026' "$T/out"
ctl remember "Ask before a schema change."
check "with: twice are two notes" \
    [ "$(find "$NOTES" -name '*ask-before*' | wc -l)" -eq 2 ]
check "with: instructions of the user stay" \
    [ "$(cat "$ROOT/extensions/ad_hoc/instructions.md")" = mine ]
for t in "$(printf 'a\033[31mb')" " " "$(printf 'a\177b')" \
    "$(printf 'a\377b')" "$(head -c 20000 /dev/zero | tr '\0' x)"; do
	ctl remember "$t"
	check "with: refused ($(printf '%s' "$t" | head -c 8 | od -An -tx1))" \
	    [ "$status" -eq 2 ]
done
ctl remember "$(printf 'two\n\tlines: 日本語')"
check "with: lines and UTF-8 are fine" [ "$status" -eq 0 ]
# Many at once: each waits for its turn.
i=0
asked=
while [ $i -lt 10 ]; do
	i=$((i + 1))
	"$B/test/mnemoctl" -o now="$NOW" remember "note number $i" \
	    >/dev/null 2>"$T/err$i" &
	asked="$asked $!"
done
failed_ones=0
for p in $asked; do
	wait "$p" || failed_ones=$((failed_ones + 1))
done
check "with: ten at once" [ "$failed_ones" -eq 0 ]
check "with: ten notes" \
    [ "$(find "$NOTES" -name '*note-number-*' | wc -l)" -eq 10 ]
mn_stop
world_clean "remember"
finish
