#!/bin/sh
# A folder that another program filled for months: a second writer rewrote its
# handbook, renamed its summaries and forgot what it had not seen itself.  Such
# a folder is adopted as it is, survives what comes after byte for byte, and
# is given back when its owner leaves; a kill at any moment changes nothing of
# that.
. tests/lib.sh
isolate
. tests/world.sh
. tests/adopted.sh
. tests/crash.sh
export MNEMOD_TEST_GRACE_MS=1000
LATER=2026-11-23T14:00:00Z

# Without being told to, nothing is touched.
adopted_new
mn -1 --yes
check "not adopted: exit status 7" [ $? -eq 7 ]
check "not adopted: --adopt is named" has 'adopt=codex' "$LOG"
check "not adopted: nothing changed" diff -r "$FOUND" "$ROOT"
"$B/test/mnemoctl" -o now="$NOW" release 2>"$W/ctl.log"
check "not adopted: cannot be given back: status 1" [ $? -eq 1 ]
check "not adopted: cannot be given back: said" \
    has 'is not ours, there is nothing to give back' "$W/ctl.log"
mn --dry-run >"$W/dry"
check "the dry run would not write it" has 'would not be written' "$W/dry"
mn --dry-run --adopt >"$W/dry"
check "the dry run with --adopt would adopt it" has 'would be adopted' "$W/dry"
mn -1 --yes --adopt=codec
check "--adopt of an unknown memory: exit status 2" [ $? -eq 2 ]
check "--adopt of an unknown memory: the nearest is named" has 'codex' "$LOG"

# Adopted.
codex_databases
before=$(cd "$CODEX" && sha256sum ./*.sqlite*)
mn -1 --yes --adopt
check "adopted: exit status 0" [ $? -eq 0 ]
check "adopted: says so" has 'adopted .* as commit' "$LOG"
check "adopted: what was found is there" kept
check "adopted: the commit is the folder as found" as_found
check "adopted: the databases are as they were" \
    [ "$(cd "$CODEX" && sha256sum ./*.sqlite*)" = "$before" ]
check "adopted: no copy of them is left" \
    [ -z "$(find "$STATE" -name '*.import*')" ]
check "six threads were imported" [ "$(sql "select count(*) from
    stage1_outputs where generator = 'adopted'")" = 6 ]
check "usage counts came along" [ "$(sql "select usage_count || ' ' ||
    last_usage from stage1_outputs where thread_id = '$T1'")" = \
    "7 1795300000" ]
check "the database's newer text won" [ "$(sql "select raw_memory from
    stage1_outputs where thread_id = '$T1'")" = "raw of the database" ]
check "what the folder did not tell came along" [ "$(sql "select cwd from
    threads where id = '$T5'")" = /home/mara/src/five ]
check "imported text is redacted" [ "$(sql "select count(*) from
    stage1_outputs where raw_memory || rollout_summary glob '*Zq8*' or
    raw_memory glob '*geheim*'")" = 0 ]
check "and is there" [ "$(sql "select count(*) from stage1_outputs where
    raw_memory || rollout_summary glob '*REDACTED_SECRET*'")" = 2 ]
check "raw_memories.md names the files as they are" \
    has 'rollout_summary_file: 2026-11-19T21-57-03-01a1f5d0-.*-export_timeouts.md' \
    "$ROOT/raw_memories.md"
world_clean "adopted"

# Ten passes over a growing input.
n=0
find tests/data/codex -name '*.jsonl' | LC_ALL=C sort >"$W/list"
while IFS= read -r f; do
	to=$CODEX/${f#tests/data/codex/}
	mkdir -p "${to%/*}"
	cp "$f" "$to"
	world_touch "$to"
	n=$((n + 1))
	[ $n -ge 4 ] || continue
	mn -1 --yes || not_ok "pass $n: exit status"
	kept || not_ok "pass $n"
done <"$W/list"
check "ten passes over growing input keep all" kept
check "the memory grew" [ "$(wc -c <"$ROOT/MEMORY.md")" -gt \
    $(($(wc -c <"$FOUND/MEMORY.md") + 1000)) ]
check "the thread that is on disk too was not read again" [ "$(sql "select
    generator from stage1_outputs where thread_id = '$TR'")" = adopted ]
check "the adopted commit is what it was" as_found
mn -1 --yes
check "then there is nothing new" has 'nothing new' "$LOG"

# It goes on: newer records, the same thread.
f=$(find "$CODEX/sessions" -name "*$TR.jsonl")
printf '%s\n' '{"timestamp":"2026-11-23T03:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}' >>"$f"
touch -d 2026-11-23T03:00:00Z "$f"
mn -1 --yes
check "newer records: exit status 0" [ $? -eq 0 ]
check "newer records: it is the same thread" [ "$(sql "select count(*) || ' '
    || generator from stage1_outputs where thread_id = '$TR'")" = \
    "1 builtin/1" ]
check "newer records: what was found is there" kept
check "newer records: the new summary is beside it" [ "$(grep -l "$TR" \
    "$ROOT"/rollout_summaries/*.md | wc -l)" -eq 2 ]

# Back to what was found, byte for byte.
ctl() { "$B/test/mnemoctl" -o now="$NOW" "$@" 2>"$W/ctl.log"; }
check "reverted to what was found" ctl revert adopted
check "reverted: byte for byte" diff -r "$FOUND" "$ROOT"

# Given back.
digest() { (cd "$ROOT" && find . -type f | LC_ALL=C sort | xargs sha256sum); }
was=$(digest)
mn_start
wait_until 20 listening
peer() { flock -n "$CODEX/memories.lock" true; }
check "while mnemod runs, the other program's lock is held" wait_until 10 \
    sh -c '! flock -n "$1" true' sh "$CODEX/memories.lock"
check "released by the supervisor" ctl release
check "its lock is free" peer
wait "$sup"
check "no memory is left: exit status 7" [ $? -eq 7 ]
check "given back byte for byte" [ "$(digest)" = "$was" ]
mn -1 --yes -o memory.codex.adopt=yes
check "it is not taken again by itself: exit status 7" [ $? -eq 7 ]
check "nor touched" [ "$(digest)" = "$was" ]
ctl status >"$W/status"
check "the status tells" has 'release' "$W/status"
check "released again, without a supervisor" ctl release
mn -1 --yes --adopt
check "taken again: exit status 0" [ $? -eq 0 ]
check "taken again: the first adoption is in the history" sh -c \
    'git --git-dir="$1" merge-base --is-ancestor "$2" refs/mnemod/live' sh \
    "$HISTORY" "$(git --git-dir="$HISTORY" log --format=%H \
    --grep='Adopt the folder' --reverse refs/mnemod/live | head -n 1)"
check "taken again: what was found is there" kept
world_clean "taken again"

# Databases that cannot be read.
adopted_new
head -c 20000 /dev/urandom >"$CODEX/memories_12.sqlite"
sqlite3 "$CODEX/state_5.sqlite" "create view stage1_outputs as
    select 1 as thread_id; create table threads (nothing)"
mn -1 --yes --adopt
check "broken databases: exit status 0" [ $? -eq 0 ]
check "broken databases: the log names them" has 'memories_12.sqlite: ' "$LOG"
check "broken databases: the files tell the threads" [ "$(sql "select count(*)
    from stage1_outputs where generator = 'adopted'")" = 5 ]

# More than one message holds.
adopted_new
codex_databases
sqlite3 "$CODEX/memories_1.sqlite" "insert into stage1_outputs select
    printf('01a1ff10-5fc0-7444-8d44-%012d', value), 1795280000,
    hex(randomblob(20000)), 'y', null, 1, 1, 1, 0, null
    from generate_series(1, 70)"
mn -1 --yes --adopt
check "a large database: exit status 0" [ $? -eq 0 ]
check "a large database: every row came" [ "$(sql "select count(*)
    from stage1_outputs where generator = 'adopted'")" -eq 76 ]
world_clean "a large database"

# One that is damaged where nobody looks before its rows are read.
adopted_new
codex_databases
db=$CODEX/memories_1.sqlite
sqlite3 "$db" "insert into stage1_outputs select
    printf('01a1ff10-5fc0-7444-8d44-%012d', value), 1795280000,
    hex(randomblob(1000)), 'y', null, 1, 1, 1, 0, null
    from generate_series(1, 200); pragma journal_mode = delete" >/dev/null
page=$(sqlite3 "$db" "pragma page_size")
head -c $((page * 20)) /dev/urandom |
    dd of="$db" bs="$page" seek=150 conv=notrunc status=none
mn -1 --yes --adopt
check "a damaged database: exit status 0" [ $? -eq 0 ]
check "a damaged database: said" has \
    'memories_1.sqlite: not all of its raw memories can be read' "$LOG"
check "a damaged database: and what follows" has \
    'not all of its databases is read, going on from the files' "$LOG"
check "a damaged database: what was found is there" kept
check "a damaged database: the files tell the threads" [ "$(sql "select
    count(*) from stage1_outputs where generator = 'adopted'")" -ge 5 ]
world_clean "a damaged database"

# Killed at every step.
scene() {
	adopted_new
	codex_databases
	mkdir -p "$W/config/mnemod"
	echo 'memory "codex" { adopt = yes }' >"$W/config/mnemod/mnemod.conf"
}
scene
mn -1 --yes
want=$(root_digest)
total=$(outputs)
check "the undisturbed adoption" kept
survived() {
	crash "$@" || return 1
	check "$1, $2 killed: what was found is there" kept
	check "$1, $2 killed: the adopted commit is as found" as_found
	check "$1, $2 killed: the threads are there" [ "$(sql "select count(*)
	    from stage1_outputs where generator = 'adopted'")" = 6 ]
	check "$1, $2 killed: no copy is left" \
	    [ -z "$(find "$STATE" -name '*.import*')" ]
}
hit=0
for p in $(crash_points '^(adopt|store.adopt)'); do
	if at_once=yes survived "$p" supervisor; then
		hit=$((hit + 1))
		case $p in
		adopt.ref.*) survived "$p" both ;;
		adopt.*) later=yes survived "$p" worker ;;
		esac
	fi
done
check "all steps were come by ($hit)" [ "$hit" -ge 10 ]
finish
