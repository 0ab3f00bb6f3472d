#!/bin/sh
# A supervisor that had no descriptor left at the moment in which it looked at
# its memory root said that the root could not be written, gave the memory up
# and ended with status 7, until somebody started it again.  A shortage says
# nothing of the root: the memory waits, and the next pass looks again.
. tests/lib.sh
isolate
. tests/world.sh

if ! command -v strace >/dev/null; then
	skip "a root that cannot be looked at" "strace is not installed"
	finish
fi

# short_of ERROR WHEN ARG...: mnemod, where opening the root fails so.  What
# it starts is not traced.
short_of() {
	error=$1 when=$2
	shift 2
	strace -qq -o /dev/null -P "$ROOT" -e trace=openat \
	    -e "inject=openat:error=$error:when=$when" \
	    "$MNEMOD" -o now="$NOW" "$@" 2>"$LOG"
}
# Something to publish, and a root that is ours.
goes_on() {
	printf '%s\n' '{"timestamp":"2026-11-23T13:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}' >>"$1"
	touch -d 2026-11-23T13:00:00Z "$1"
	NOW=2026-11-24T12:00:00Z
}
looked() { [ "$(count_of 'used now' "$LOG")" -ge "$1" ]; }
learnt() { grep -q 'commit messages in the imperative' "$ROOT/MEMORY.md"; }

world_new
world_fill tests/data/codex
mn -1 --yes
set -- "$CODEX"/sessions/2026/11/2[012]/*.jsonl
was=$(root_digest)
goes_on "$1"

for error in EMFILE ENFILE ENOMEM EIO; do
	short_of $error 1+ -1 --yes
	check "$error: work is left waiting" [ $? -eq 8 ]
	check "$error: says of which root, and what follows" has \
	    "$ROOT cannot be used now: .*; looked at again at the next" "$LOG"
	check "$error: the root is as it was" [ "$(root_digest)" = "$was" ]
done

short_of EMFILE 1..2 &
tracer=$!
check "one that stays: listens" wait_until 20 listening
check "one that stays: has looked twice" wait_until 20 looked 2
ctl run
check "one that stays: the next pass looks again" [ "$status" -eq 0 ]
check "one that stays: and publishes" learnt
sup=$(pids_of mnemod)
[ -z "$sup" ] || kill $sup
wait "$tracer"
check "one that stays: ends with 0" [ $? -eq 0 ]
world_clean "one that stays"
finish
