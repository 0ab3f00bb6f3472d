#!/bin/sh
# kill -9 in a later pass, where more can be lost than in the first: what a
# person wrote into the folder, an output that is replaced, a rollout that is
# to be forgotten.  Here are the crash points that a first pass never comes by
# (t-kill.sh has the others), and those of publishing once more.
. tests/lib.sh
isolate
. tests/world.sh
. tests/crash.sh
export MNEMOD_TEST_GRACE_MS=1000
LATER=2026-11-26T16:00:00Z

# say FILE STAMP TEXT: the user goes on in a session.
say() {
	printf '%s\n' '{"timestamp":"'"$2"'","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"'"$3"'"}]}}' >>"$1"
	touch -d "$2" "$1"
}

# A first pass, a vanished file seen twice, an edit by hand, a session that
# was taken up again.
scene() {
	world_new
	world_fill tests/data/codex
	NOW=2026-11-23T12:00:00Z
	mn -1 --yes
	set -- "$CODEX"/sessions/2026/11/2[012]/*.jsonl
	forgotten=$(basename "$1" .jsonl | sed 's/.*-\(.\{8\}-.\{4\}-.\{4\}-.\{4\}-.\{12\}\)$/\1/')
	rm "$1"
	say "$2" 2026-11-24T01:00:00.000Z \
	    'From now on always write commit messages in the imperative.'
	NOW=2026-11-24T02:00:00Z
	mn -1 --yes -o source.codex.on_missing=forget
	{
		cat "$ROOT/MEMORY.md"
		echo
		echo 'A line that a person wrote.'
	} >"$ROOT/.swp"
	mv "$ROOT/.swp" "$ROOT/MEMORY.md"
	NOW=2026-11-26T12:00:00Z
	since=$(date -d "$NOW" +%s)
}
mn() {
	"$MNEMOD" -o now="$NOW" -o source.codex.on_missing=forget \
	    -o pipeline.max_rollout_age_days=30 "$@" 2>"$LOG"
}
mn_start() {
	: >"$LOG"
	setsid "$MNEMOD" -o now="$NOW" -o source.codex.on_missing=forget \
	    -o pipeline.max_rollout_age_days=30 "$@" 2>"$LOG" &
	sup=$!
}

scene
mn -1 --yes
want=$(root_digest)
total=$(outputs)
check "the undisturbed run published" [ -n "$want" ]
check "the edit is kept" has 'A line that a person wrote' "$ROOT/MEMORY.md"
check "the session that went on is in" has imperative "$ROOT/MEMORY.md"
check "the vanished one is forgotten" [ "$(sql "select count(*) from threads
    where id = '$forgotten'")" -eq 0 ]

# shellcheck disable=SC2046
crash_each 1 $(crash_points '^(live|publish|store.batch)')
check "crash points were hit" [ "$hit" -gt 10 ]
finish
