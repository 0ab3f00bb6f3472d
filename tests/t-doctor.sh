#!/bin/sh
# "It does nothing" had a dozen causes: a kernel without a sandbox, a key that
# others may read, a folder that somebody else filled, a full disk, a clock
# that was wrong, a switch in Codex that was off.  Each is made here, and must
# be found, with what to do; and looking must change nothing.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh

# doctor ARG...: $T/out, $T/err, $status.
doctor() {
	"$B/test/mnemoctl" -o now="$NOW" doctor "$@" >"$T/out" 2>"$T/err"
	status=$?
}
# finds "sentence" STATUS REGEX ARG...: it says so, and what follows from it.
finds() {
	sentence=$1 want=$2 regex=$3
	shift 3
	doctor "$@"
	check "$sentence" has "$regex" "$T/out"
	check "$sentence: status $want" [ "$status" -eq "$want" ]
}
snapshot() {
	find "$W" ! -name '*-shm' -printf '%P %s %T@ %m\n' | LC_ALL=C sort
}

world_new
before=$(snapshot)
finds "no state yet" 0 '^ok *state: .*at its first start'
check "no state yet: none is made" [ "$(snapshot)" = "$before" ]
check "no state yet: the folder of sessions is missed" \
    has '^warn *sources: codex: .*sessions/ yet' "$T/out"

world_fill tests/data/codex
mkdir -p "$XDG_CONFIG_HOME/mnemod"
conf=$XDG_CONFIG_HOME/mnemod/mnemod.conf
echo "min_free_mb = 1" >"$conf"
printf '[features]\nmemories = true\n' >"$CODEX/config.toml"
mn -1 --yes
before=$(snapshot)
finds "after a pass" 0 '^ok *database: state.db is whole'
check "after a pass: the time alone is to be seen to" \
    [ "$(count_of '^warn' "$T/out")" -eq 1 ]
check "after a pass: nothing is changed" [ "$(snapshot)" = "$before" ]
for area in kernel workers configuration state database disk clock sources \
    memories codex provider; do
	check "after a pass: a finding of $area" has "^[a-z]* *$area: " \
	    "$T/out"
done
if [ -z "${SANITIZED:-}" ]; then
	for role in extract consolidate workspace; do
		check "after a pass: the sandbox of $role" \
		    has "^ok *workers: $role: Landlock ABI [2-9], seccomp" \
		    "$T/out"
	done
fi
check "after a pass: the history agrees" \
    has '^ok *memories: codex: history and state agree' "$T/out"
check "after a pass: every object of it was read" \
    has '^ok *memories: codex: the history is whole, [1-9][0-9]* objects' \
    "$T/out"
check "after a pass: renames were tried" \
    has '^ok *state: files can be exchanged there .*(tried)' "$T/out"
check "after a pass: and hold for the memory" \
    has '^ok *memories: codex: files can be .* on the same one' "$T/out"
check "after a pass: Codex reads it" has '^ok *codex: reads its memory' \
    "$T/out"
doctor -j
check "-j: counts and findings" [ "$(sqlite3 :memory: "select
    json_extract(j, '\$.fail') || json_extract(j, '\$.findings[0].area')
    from (select readfile('$T/out') as j)")" = 0kernel ]

# Beside a supervisor.
mn_start
beside() {
	doctor && has '^ok *state: a supervisor runs, pid .* can be asked at' \
	    "$T/out"
}
check "beside a supervisor: it can be asked" wait_until 10 beside
# shellcheck disable=SC2154 # set by mn_start
check "beside a supervisor: it is not disturbed" is_alive "$sup"
finds "beside a supervisor: Codex stands aside" 0 'stands aside'
kill -STOP "$sup"
finds "a supervisor that hangs: looking goes on" 0 "state: a supervisor runs"
kill -KILL "$sup"
wait "$sup" 2>/dev/null
wait_until 12 no_orphans mnemod mnemod-extract mnemod-agent mnemod-wspace

# What is wrong, one after the other.
chmod 666 "$conf"
finds "a configuration that others may write" 1 \
    '^fail  configuration: .*mnemod.conf: others may write'
check "with what to do" has '^      to do: chmod go-w' "$T/out"
chmod 600 "$conf"
chmod 755 "$STATE"
finds "a state that others may read" 1 '^fail  state: .*mode 0755'
chmod 700 "$STATE"
finds "a disk that is too full" 0 '^warn  disk: .*min_free_mb' \
    -o min_free_mb=1000000
finds "a clock that is behind" 1 '^fail  clock: the clock is .* behind' \
    -o now=2020-01-01T00:00:00Z
finds "workers that are not there" 1 '^fail  workers: extract: ' \
    -o libexec="$T/nowhere"
check "workers that are not there: what to do" has 'to do: install mnemod' \
    "$T/out"
finds "a source that is a file" 1 '^fail  sources: codex: .*is no directory' \
    -o source.codex.path="$conf"
printf '[features]\n' >"$CODEX/config.toml"
finds "Codex does not read it" 0 '^warn  codex: does not read its memory'
(flock -x 9 && touch "$T/held" && exec sleep 60) 9<"$CODEX/memories.lock" &
holder=$!
wait_until 10 [ -e "$T/held" ]
finds "Codex's own pipeline is at work" 0 '^warn  codex: .*own pipeline is at'
kill "$holder"
wait "$holder" 2>/dev/null

live=$STATE/memories/codex.git/refs/mnemod/live
id=$(cat "$live")
git --git-dir="$STATE/memories/codex.git" rev-list refs/mnemod/live |
    tail -n 1 >"$live.other"
mv "$live.other" "$live"
finds "history and state differ" 0 '^warn  memories: codex: the history is at'
rm "$live"
finds "a history without what is live" 1 'has lost what is live'
rm -f "$live"
ln -s live "$live"
finds "what is live cannot be read" 1 'what is live cannot be read: '
check "what is live cannot be read: nothing is lost" \
    [ "$(count_of 'has lost what is live\|move it away' "$T/out")" -eq 0 ]
rm "$live"
echo "$id" >"$live"
echo "$id" >"$STATE/memories/codex.git/refs/mnemod/next"
finds "an interrupted publication" 0 '^warn  memories: codex: a publication is'
rm "$STATE/memories/codex.git/refs/mnemod/next"
# References that agree say nothing of what they lead to.
history=$STATE/memories/codex.git
mv "$history/objects/pack" "$T/pack"
mkdir "$history/objects/pack"
for pack in "$T"/pack/*.pack; do
	git --git-dir="$history" unpack-objects -q <"$pack"
done
finds "objects that are no pack" 0 'codex: the history is whole'
object=$history/objects/$(git --git-dir="$history" rev-parse \
    refs/mnemod/live:memory_summary.md | sed 's,..,&/,')
cp "$object" "$T/object"
chmod 600 "$object"
printf x | dd of="$object" bs=1 seek=20 conv=notrunc 2>/dev/null
finds "a damaged object" 1 '^fail  memories: codex: history .*codex.git: [0-9a-f]\{40\}: '
check "a damaged object: the way out" has 'to do: restore a backup' "$T/out"
rm "$object"
finds "an object that is gone" 1 '^fail  memories: codex: history .*: [0-9a-f]\{40\}: '
cp "$T/object" "$object"
git --git-dir="$history" repack -adq
finds "packed" 0 'codex: the history is whole'
mv "$STATE/memories" "$W/histories"
finds "no history" 1 '^fail  memories: codex: the history '
mv "$W/histories" "$STATE/memories"
mv "$ROOT" "$W/away"
finds "a root that vanished" 1 '^fail  memories: codex: .*root_vanished'
mkdir "$ROOT"
echo "# mine" >"$ROOT/NOTES.md"
finds "a root of somebody else" 1 '^fail  memories: codex: '
check "a root of somebody else: the ways on" has 'to do: .*--adopt' "$T/out"
rm -r "$ROOT"
mv "$W/away" "$ROOT"
(flock -x 9 && touch "$T/held2" && exec sleep 60) 9<"$ROOT" &
holder=$!
wait_until 10 [ -e "$T/held2" ]
finds "a root that another holds" 0 'another program holds'
kill "$holder"
wait "$holder" 2>/dev/null

cp "$STATE/state.db" "$T/copy.db"
# A root that is ours was told as another program's, to be adopted.
sqlite3 "$STATE/state.db" 'alter table memories rename to away'
finds "whose a root is cannot be read" 1 \
    '^warn  memories: codex: .*: whether it is ours is not known'
check "whose a root is cannot be read: it is not to be adopted" \
    [ "$(count_of 'foreign_root\|--adopt' "$T/out")" -eq 0 ]
"$B/test/mnemoctl" -o now="$NOW" status >"$T/out" 2>&1
check "whose a root is cannot be read: status 6" [ $? -eq 6 ]
check "whose a root is cannot be read: not adopted by it either" \
    [ "$(count_of '--adopt' "$T/out")" -eq 0 ]
sqlite3 "$STATE/state.db" 'alter table away rename to memories'
sqlite3 "$STATE/state.db" 'alter table pauses rename to away'
"$B/test/mnemoctl" -o now="$NOW" status >"$T/out" 2>&1
check "whether it is paused cannot be read: status 6" [ $? -eq 6 ]
cp "$T/copy.db" "$STATE/state.db"
ln -s loop "$W/loop"
"$B/test/mnemoctl" -o now="$NOW" -o source.codex.path="$W/loop" \
    status >"$T/out" 2>&1
check "a source that cannot be looked at: not called absent" \
    has 'loop cannot be looked at: ' "$T/out"
# An index that has lost a row opens like any other.
sqlite3 "$STATE/state.db" 'pragma writable_schema = on;
    create table x (a); create index y on x (a); insert into x values (1);
    update sqlite_schema set rootpage = (select rootpage from sqlite_schema
	where name = "jobs") where name = "y"'
finds "a damaged database" 1 '^fail  database: state.db is damaged: .'
check "a damaged database: the way out" has 'to do: .*state.db.v' "$T/out"
# Whole as a file, but a bit of a text has flipped.
cp "$T/copy.db" "$STATE/state.db"
sqlite3 "$STATE/state.db" "update threads set title = cast(x'61e9' as text)"
finds "a damaged text" 1 '^fail  database: state.db is damaged: not all'
check "a damaged text: the way out" has 'to do: .*state.db.v' "$T/out"
echo garbage >"$STATE/state.db"
finds "no database at all" 1 '^fail  database: state.db is damaged'
cp "$T/copy.db" "$STATE/state.db"

# The provider, only when it is asked for, and for nothing.
model_start "path=/models json={}" text=x
model_conf responses "min_free_mb = 1"
finds "a provider: is not asked" 0 '^ok *provider: .* was not asked'
check "a provider: no request was made" requests 0
finds "a provider that is there" 0 'provider: .*is there, and takes the key' \
    --provider
check "a provider: asked once" requests 1
check "a provider: for its list" [ "$(sent 1 '$.method')" = GET ]
check "a provider: not a token" [ "$(sql \
    'select count(*) from model_requests')" -eq 0 ]
model_stop
model_start "path=/models status=401 message=bad" text=x
model_conf responses "min_free_mb = 1"
finds "a key that is wrong" 1 '^fail  provider: .*refuses the key' --provider
model_stop
finds "a provider that is not there" 1 '^fail  provider: ' --provider
sed -i 's/key_env.*/key_env = "NO_SUCH_KEY"/' "$conf"
finds "a key that is not set" 1 '^fail  configuration: .*NO_SUCH_KEY'
finds "a kernel without Landlock is no matter for builtin" 0 '^ok *provider' \
    -o use_provider=builtin
world_clean "doctor"
finish
