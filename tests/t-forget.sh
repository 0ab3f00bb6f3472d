#!/bin/sh
# A secret in a session, found weeks later: users deleted the line from the
# memory, and the next run brought it back from the transcript; it stayed in
# the history, in the audit files and in the database's log.  What is forgotten
# here is gone from every published file, stays gone after a full scan, and
# with --purge from the history as well.
. tests/lib.sh
isolate
. tests/world.sh
MNEMOCTL=$B/test/mnemoctl
ctl() { "$MNEMOCTL" -o now="$NOW" "$@" >"$T/out" 2>"$T/err"; }
word=rechnungsnummer	# it stands in one session only
git_of() { git --git-dir="$STATE/memories/codex.git" "$@"; }

world_new
world_fill tests/data/codex
file=$(grep -rl "$word" "$CODEX/sessions" | head -n 1)
[ -n "$file" ] || file=$(grep -rli "$word" "$CODEX/sessions" | head -n 1)
id=$(basename "$file" .jsonl | sed 's/.*-\(.\{8\}-.\{4\}-.\{4\}-.\{4\}-.\{12\}\)$/\1/')
mn -1 --yes
check "a pass succeeds" [ $? -eq 0 ]
check "the word is in the memory" grep -rqi "$word" "$ROOT"

# Asked first.
before=$(root_digest)
ctl forget --dry-run "$id"
check "dry run: status 0" [ $? -eq 0 ]
check "dry run: names the session" has "$id" "$T/out"
check "dry run: changes nothing" [ "$(root_digest)" = "$before" ]
check "dry run: no tombstone" \
    [ "$(sql 'select count(*) from tombstones')" -eq 0 ]

# Without a supervisor.
ctl forget "$(printf %.18s "$id")"
status=$?
cat "$T/out" "$T/err"
check "forget: status 0" [ $status -eq 0 ]
check "forget: says that it is done" has 'memory codex: forgotten: done' \
    "$T/out"
gone() { ! grep -rqi "$word" "$ROOT" && ! grep -rq "$id" "$ROOT"; }
check "forget: gone from every published file" gone
check "forget: the rest is there" [ "$(find "$ROOT/rollout_summaries" -type f |
    wc -l)" -ge 5 ]
check "forget: the user's words are gone from its row" [ -z "$(sql "select
    title || preview || first_user_message from threads where id = '$id'")" ]
world_clean "forget"

# A full scan from nothing of what was known of the files.
touch "$file"
mn -1 --yes
check "a pass after: status 0" [ $? -eq 0 ]
check "a pass after: it stays gone" gone
printf '%s\n' '{"timestamp":"2026-11-23T05:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"Always mind the Rechnungsnummer."}]}}' >>"$file"
touch -d 2026-11-23T05:00:00Z "$file"
NOW=2026-11-23T18:00:00Z
mn -1 --yes
check "the session went on: it stays gone" gone
check "the session went on: its words do not come back" [ -z "$(sql "select
    title || preview || first_user_message from threads where id = '$id'")" ]
ctl why "$id"
check "why says so" has 'tombstone' "$T/out"

# From the history.
check "the history still has it" sh -c 'git --git-dir="$1" log --all \
    --format=%T | while read -r t; do git --git-dir="$1" grep -qi "$2" "$t" \
    -- && exit 9; done; [ $? -eq 9 ]' sh "$STATE/memories/codex.git" "$word"
# The folder is away, on a disk that is not mounted: they are forgotten, but
# nothing was purged yet, and who asked must not think so.
mv "$ROOT" "$ROOT.away"
ctl forget --purge "$id"
check "its folder is away: status 1" [ $? -eq 1 ]
check "its folder is away: it is forgotten" has 'forgotten: root_vanished' \
    "$T/out"
check "its folder is away: says what to do" has \
    'history: its history holds them still.*root_vanished.*--purge again' \
    "$T/out"
# Nor may one whose history cannot even be looked at.
history=$STATE/memories/codex.git
mv "$history" "$history.away"
ln -s codex.git "$history"
ctl forget --purge "$id"
check "its history cannot be looked at: status 1" [ $? -eq 1 ]
check "its history cannot be looked at: it may hold them" has \
    'history: its history holds them still.*--purge again' "$T/out"
rm "$history"
mv "$history.away" "$history"
mv "$ROOT.away" "$ROOT"

audits=$(find "$STATE/agents" -type f | wc -l)
live=$(root_digest)
ctl forget --purge "$id"
status=$?
cat "$T/out" "$T/err"
check "purge: status 0" [ $status -eq 0 ]
check "purge: says what was taken out" has 'history: .* commits taken out' \
    "$T/out"
check "purge: says what it cannot reach" has 'transcripts themselves' \
    "$T/out"
check "purge: no object of the history holds it" sh -c '
    git --git-dir="$1" cat-file --batch-all-objects --batch |
    grep -aqi -e "$2" -e "$3"; [ $? -eq 1 ]' sh "$STATE/memories/codex.git" \
    "$word" "$id"
check "purge: the history is whole" git_of fsck --strict --full
check "purge: what is live is the folder still" \
    [ "$(root_digest)" = "$live" ]
check "purge: the first audit is cut" sh -c 'grep -rql purged "$1"' sh \
    "$STATE/agents"
check "purge: as many audits" \
    [ "$(find "$STATE/agents" -type f | wc -l)" -eq "$audits" ]
check "purge: the state holds the word nowhere" sh -c \
    '! grep -raqi "$1" "$2"' sh "$word" "$STATE"
world_clean "purge"

# The next publication finds its way.
mn -1 --yes
check "a pass after the purge" [ $? -eq 0 ]

# By directory, while a supervisor runs, and while an agent is at work.
f=$(find "$CODEX/sessions" -name '*.jsonl' | LC_ALL=C sort | head -n 2 |
    tail -n 1)
printf '%s\n' '{"timestamp":"2026-11-23T06:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}' >>"$f"
touch -d 2026-11-23T06:00:00Z "$f"
NOW=2026-11-24T02:00:00Z
dir=$(sql "select cwd from threads t join stage1_outputs o on o.thread_id =
    t.id where cwd like '/%' order by t.id desc limit 1")
n=$(sql "select count(*) from threads where cwd = '$dir'")
mn_start --yes -o agent_hold_ms=1500 -o pipeline.consolidation_cooldown_hours=0
check "the agent runs" wait_until 20 agent_up
ctl -j forget "$dir"
status=$?
cat "$T/err"
check "by directory: status 0" [ $status -eq 0 ]
check "by directory: answered by the supervisor" has '"by": *"supervisor"' \
    "$T/out"
check "by directory: all of its sessions ($n)" \
    [ "$(sql "select count(*) from tombstones d join threads t on t.id =
    d.thread_id where cwd = '$dir'")" -eq "$n" ]
check "by directory: gone from the summaries" sh -c \
    '! grep -rql "^cwd: $1$" "$2"' sh "$dir" "$ROOT/rollout_summaries"
mn_stop
check "the supervisor ends" [ $? -eq 0 ]

# Wrong words.
ctl forget nothing-of-that-name
check "unknown: status 1" [ $? -eq 1 ]
check "unknown: says what to give" has 'give a thread id' "$T/err"
ctl forget 01a1
check "ambiguous: status 1" [ $? -eq 1 ]
check "ambiguous: says so" has 'threads begin like this: ' "$T/err"
ctl forget
check "no argument: status 2" [ $? -eq 2 ]
ctl --purge status
check "purge of nothing: status 2" [ $? -eq 2 ]
ctl forget 01a1fd23-f6b8-78cd-8191-f9bb1cfe2999
check "an id that no scan has seen: status 0" [ $? -eq 0 ]

# An audit was cut once for each session that its agent was given.
ctl -j forget --purge '/*'
check "purge of all: status 0" [ $? -eq 0 ]
check "purge of all: several sessions" [ "$(sqlite3 :memory: \
    "select json_array_length(readfile('$T/out'), '\$.threads')")" -gt 2 ]
check "purge of all: each audit is cut once" [ "$(sqlite3 :memory: \
    "select json_extract(readfile('$T/out'), '\$.audits')")" -le \
    "$(find "$STATE/agents" -type f | wc -l)" ]
world_clean "all"

# From a folder that another program made: the adopted commit is kept for ever,
# but not what it says of that session.
world_new
cp -R tests/data/adopted "$ROOT"
chmod -R u+w "$ROOT"
NOW=2026-11-23T12:00:00Z
mn -1 --yes --adopt
check "adopted: status 0" [ $? -eq 0 ]
id=$(grep -rhoE '^thread_id: .*' "$ROOT/rollout_summaries" | head -n 1 |
    cut -d' ' -f2)
check "adopted: the folder names a session" grep -rq "$id" "$ROOT"
ctl forget --purge "$id"
check "adopted: purged, status 0" [ $? -eq 0 ]
check "adopted: gone from the folder" sh -c '! grep -rq "$1" "$2"' sh "$id" \
    "$ROOT"
check "adopted: gone from the history" sh -c '
    git --git-dir="$1" cat-file --batch-all-objects --batch |
    grep -aq "$2"; [ $? -eq 1 ]' sh "$STATE/memories/codex.git" "$id"
ctl revert adopted
check "adopted: it can be reverted to" [ $? -eq 0 ]
check "adopted: and does not bring the session back" sh -c \
    '! grep -rq "$1" "$2"' sh "$id" "$ROOT"
# The database cannot tell which agents were given it: their audits stay, and
# that is no success.
sqlite3 "$STATE/state.db" 'alter table agent_inputs rename to away'
ctl forget --purge "$id"
check "audits cannot be found: status 1" [ $? -eq 1 ]
check "audits cannot be found: says what to do" has \
    'may hold them still.*--purge again' "$T/out"
sqlite3 "$STATE/state.db" 'alter table away rename to agent_inputs'

world_clean "adopted"
finish
