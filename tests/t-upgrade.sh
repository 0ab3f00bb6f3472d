#!/bin/sh
# An upgrade that could not be taken back, one that started a new worker under
# an old supervisor, and a downgrade that ran over a newer database, each lost
# somebody's state.  An old database is copied, then brought to the new schema;
# a newer one is refused untouched; and what is replaced on the disk while
# mnemod runs is run with the next start, not before.
. tests/lib.sh
isolate
. tests/world.sh

db=$STATE/state.db
version() { sqlite3 -readonly "$1" 'pragma user_version'; }
rows() {
	sqlite3 -readonly "$1" "select 'thread', id, updated_at_ms, cwd from threads
	    union all select 'output', thread_id, generated_at, raw_memory
	    from stage1_outputs
	    union all select 'memory', name, root, live_commit from memories
	    union all select 'agent', thread_id, started_at, published_commit
	    from agents order by 1, 2"
}
# The same with the columns that version 1 had.
to_first() {
	sqlite3 "$db" "drop table model_requests; drop table provider_holds;
	    drop index agents_memory; drop index stage1_outputs_unused;
	    alter table stage1_outputs drop column outdated;
	    alter table memories drop column released_at;
	    alter table agents drop column generator;
	    alter table sources drop column gave_up;
	    $(sqlite3 "$db" "select 'drop table ' || name || ';'
	    from sqlite_schema where type = 'table' and name not in ('threads',
	    'sources', 'jobs', 'stage1_outputs', 'selections', 'citations',
	    'tombstones', 'agents', 'agent_inputs', 'memories',
	    'model_requests', 'provider_holds')")
	    $(sqlite3 "$db" "select 'alter table agents drop column ' || name ||
	    ';' from pragma_table_info('agents') where name not in ('thread_id',
	    'session_id', 'memory', 'ownership_token', 'input_watermark',
	    'status', 'started_at', 'finished_at', 'turns', 'tokens',
	    'exit_status', 'base_commit', 'published_commit', 'reason',
	    'generator')")
	    pragma user_version = 1"
}

world_new
world_fill tests/data/codex
mn -1 --yes
now=$(version "$db")
was=$(root_digest)
rows "$db" >"$T/rows"
to_first
check "an old database: version 1" [ "$(version "$db")" -eq 1 ]
cp "$db" "$T/old.db"

# Looking at it changes nothing.
"$B/test/mnemoctl" -o now="$NOW" -j status >"$T/out" 2>"$T/err"
check "an old database: mnemoctl reads it" [ $? -eq 0 ]
check "an old database: and leaves it alone" cmp -s "$db" "$T/old.db"

mn -1
check "upgraded: status 0" [ $? -eq 0 ]
check "upgraded: the newest version" [ "$(version "$db")" -eq "$now" ]
rows "$db" >"$T/rows2"
check "upgraded: every row is there" \
    sh -c 'grep -v ^agent "$1" >"$1.a"; grep -v ^agent "$2" >"$2.a"
    cmp -s "$1.a" "$2.a"' sh "$T/rows" "$T/rows2"
check "upgraded: so are the agents" sh -c 'grep ^agent "$1" |
    while read -r l; do grep -Fqx "$l" "$2" || exit 1; done' \
    sh "$T/rows" "$T/rows2"
check "upgraded: the folder is as it was" [ "$(root_digest)" = "$was" ]
v=1
while [ $v -lt "$now" ]; do
	check "upgraded: version $v was kept, whole and private" \
	    [ "$(version "$db.v$v")" -eq $v -a \
	    "$(stat -c %a "$db.v$v")" = 600 -a \
	    "$(sqlite3 -readonly "$db.v$v" 'pragma integrity_check')" = ok ]
	v=$((v + 1))
done
# The way back.
cp "$db.v1" "$T/back.db"
rows "$T/back.db" >"$T/rows3"
check "upgraded: the copy has the rows as they were" \
    cmp -s "$T/rows" "$T/rows3"

# A newer one.
sqlite3 "$db" 'pragma user_version = 99; pragma wal_checkpoint(truncate)' \
    >/dev/null
sum=$(cksum <"$db")
mn -1
check "a newer database: status 6" [ $? -eq 6 ]
check "a newer database: the way out" has 'newer mnemod.*-s' "$LOG"
check "a newer database: untouched" [ "$(cksum <"$db")" = "$sum" ]
sqlite3 "$db" "pragma user_version = $now"

# Replaced on the disk while it runs.
cp -R "$B/test/libexec" "$T/libexec"
extract_up() { [ -n "$(pids_of mnemod-extract)" ]; }
mn_start -v -o libexec="$T/libexec" -o scan_interval=1
check "running: its worker is there" wait_until 10 extract_up
old=$(pids_of mnemod-extract)
for f in extract agent wspace gateway; do
	cp "$B/test/ctlpoke" "$T/libexec/new"
	mv "$T/libexec/new" "$T/libexec/mnemod-$f"
done
kill -9 "$old"
replaced() { extract_up && [ "$(pids_of mnemod-extract)" != "$old" ]; }
check "replaced: a worker that died comes back" wait_until 20 replaced
"$B/test/mnemoctl" -o now="$NOW" remember "Still here" >/dev/null 2>&1
check "replaced: requests are served" [ $? -eq 0 ]
# shellcheck disable=SC2154 # set by mn_start
kill -HUP "$sup"
check "replaced: a reload works" wait_until 10 has 'configuration' "$LOG"
kill -USR1 "$sup"
published() { [ "$(root_digest)" != "$was" ]; }
check "replaced: a pass works" wait_until 20 published
check "replaced: none of the new ones ran" has_not 'exit status 2' "$LOG"
mn_stop
mn_start -o libexec="$T/libexec"
check "the next start runs what is there" \
    wait_until 10 has 'exit status 2' "$LOG"
mn_stop
world_clean "all"
finish
