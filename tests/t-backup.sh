#!/bin/sh
# A database copied while it is written to, with a history of another moment,
# is no backup; and a restore that fails half-way, follows a link in somebody
# else's archive or writes over what was there costs more than it saves.  What
# is backed up under load comes back as one moment of it, rows and references;
# everything else is refused with nothing changed.
. tests/lib.sh
isolate
. tests/world.sh
export MNEMOD_TEST_GRACE_MS=1000

# Everything that a state is: rows, references, audits.
digest() {
	sqlite3 "file:$1/state.db?mode=ro" .dump | LC_ALL=C sort
	for g in "$1"/memories/*.git; do
		[ -d "$g" ] || continue
		git --git-dir="$g" for-each-ref
		git --git-dir="$g" fsck --full --strict 2>&1 | grep -v ^notice
	done
	(cd "$1/agents" && find . -type f | LC_ALL=C sort | xargs cksum)
}
same() {
	digest "$1" >"$T/a"
	digest "$2" >"$T/b"
	cmp -s "$T/a" "$T/b"
}
any_same() {
	for d; do
		[ "$d" = "$1" ] || ! same "$1" "$d" || return 0
	done
	return 1
}
leftovers() { find "$W/state" "$W/to" -name '*.restore-*' -o -name 'backup.*'; }
published() { sql "select count(*) from agents where published_commit not null"; }

world_new
mkdir -p "$W/to"
world_fill tests/data/codex
ctl backup "$W/to/none.tar"
check "no state: status 6" [ "$status" -eq 6 ]
check "no state: no file" [ -z "$(ls "$W/to")" ]
mn -1 --yes

# Nothing runs.
ctl backup "$W/to/a.tar"
check "stopped: status 0" [ "$status" -eq 0 ]
check "stopped: mode 600" [ "$(stat -c %a "$W/to/a.tar")" = 600 ]
check "stopped: locks and staging are not in it" \
    sh -c '! tar tf "$1" | grep -q "lock\|staging"' sh "$W/to/a.tar"
check "stopped: nothing is left beside" [ -z "$(leftovers)" ]
ctl backup "$W/to/a.tar"
check "a file that is there: status 1" [ "$status" -eq 1 ]
check "a file that is there: said" has 'exists' "$T/err"
ctl backup --force "$W/to/a.tar"
check "a file that is there: replaced with --force" [ "$status" -eq 0 ]
ctl backup "$W/nowhere/a.tar"
check "a folder that is not there: status 6" [ "$status" -eq 6 ]
ctl -s "$W/to/new/" restore "$W/to/a.tar"
check "restored into another directory" [ "$status" -eq 0 ]
check "it is the same" same "$STATE" "$W/to/new"
check "it says what of the folders" has 'counts as your edit' "$T/out"
check "mode 700" [ "$(stat -c %a "$W/to/new")" = 700 ]
mn -1 -s "$W/to/new"
check "mnemod goes on with it" [ $? -eq 0 ]
check "nothing is left beside" [ -z "$(leftovers)" ]

# Under load: an agent is at work, another thread is extracted.
mkdir "$T/slow"
cat >"$T/slow/tar" <<'EOT'
#!/bin/sh
: >"$SLOW/began"
until [ -e "$SLOW/go" ]; do sleep 0.05; done
exec /usr/bin/env PATH=/usr/bin:/bin tar "$@"
EOT
sed -i "s,\$SLOW,$T/slow,g" "$T/slow/tar"
chmod +x "$T/slow/tar"
ctl remember "Something new"
was=$(published)
mn_start -o agent_hold_ms=1000
wait_until 10 [ -S "$W/run/mnemod/control.sock" ]
# shellcheck disable=SC2154 # set by mn_start
kill -USR1 "$sup"
check "under load: the agent runs" wait_until 20 agent_up
(PATH=$T/slow:$PATH "$B/test/mnemoctl" -o now="$NOW" backup \
    "$W/to/load.tar" >"$T/out" 2>"$T/err"; echo $? >"$T/status") &
backup=$!
check "under load: the archive is being written" \
    wait_until 20 [ -e "$T/slow/began" ]
"$B/test/mnemoctl" -o now="$NOW" remember "Later" >"$T/later" 2>&1 &
later=$!
agent_done() {
	[ "$(sql "select status from agents order by started_at desc,
	    thread_id desc limit 1")" = completed ]
}
check "under load: the agent is done" wait_until 20 agent_done
check "under load: nothing is published meanwhile" \
    [ "$(published)" -eq "$was" ]
refs() { git --git-dir="$STATE/memories/codex.git" for-each-ref; }
refs >"$T/refs"
: >"$T/slow/go"
wait "$backup"
check "under load: status 0" [ "$(cat "$T/status")" -eq 0 ]
check "under load: what waited is published then" wait_until 20 \
    sh -c "[ \"\$(sqlite3 -readonly '$STATE/state.db' \"select count(*) from \
agents where published_commit not null\")\" -gt $was ]"
wait "$later"
check "under load: a request that came meanwhile is done" [ $? -eq 0 ]
ctl -s "$W/to/load" restore "$W/to/load.tar"
check "under load: restored" [ "$status" -eq 0 ]
git --git-dir="$W/to/load/memories/codex.git" for-each-ref >"$T/refs2"
check "under load: the references are those of that moment" \
    cmp -s "$T/refs" "$T/refs2"
ctl restore "$W/to/load.tar"
check "a running supervisor: refused with 4" [ "$status" -eq 4 ]
ctl restore --force "$W/to/load.tar"
check "a running supervisor: with --force, too" [ "$status" -eq 4 ]
# Who vanishes in the middle keeps nothing held.
rm "$T/slow/go" "$T/slow/began"
PATH=$T/slow:$PATH "$B/test/mnemoctl" -o now="$NOW" backup \
    "$W/to/gone.tar" >/dev/null 2>&1 &
gone=$!
wait_until 20 [ -e "$T/slow/began" ]
kill -9 "$gone"
wait "$gone" 2>/dev/null
: >"$T/slow/go"
ctl remember "After that"
check "killed while it holds: requests are served again" [ "$status" -eq 0 ]
check "killed while it holds: no file" [ ! -e "$W/to/gone.tar" ]
rm -f "$W"/to/gone.tar.*
# The supervisor ends in the middle: what was read may be of two moments.
rm "$T/slow/go" "$T/slow/began"
(PATH=$T/slow:$PATH "$B/test/mnemoctl" -o now="$NOW" backup \
    "$W/to/cut.tar" >"$T/out" 2>"$T/err"; echo $? >"$T/status") &
backup=$!
wait_until 20 [ -e "$T/slow/began" ]
mn_stop
: >"$T/slow/go"
wait "$backup"
check "the supervisor ended: status 8" [ "$(cat "$T/status")" -eq 8 ]
check "the supervisor ended: no file" [ -z "$(find "$W/to" -name 'cut*')" ]

# The agent that was at work is settled like after a crash.
mn -1 -s "$W/to/load"
check "load restored: mnemod goes on" [ $? -eq 0 ]
check "load restored: no agent is left open" [ "$(sqlite3 \
    "$W/to/load/state.db" 'select count(*) from agents
    where finished_at is null')" -eq 0 ]

# Onto a state that is there.
ctl restore "$W/to/a.tar"
check "a state is there: status 6" [ "$status" -eq 6 ]
check "a state is there: the way on" has 'force' "$T/err"
digest "$STATE" >"$T/before"
ctl restore --force "$W/to/a.tar"
check "a state is there: restored with --force" [ "$status" -eq 0 ]
aside=$(find "$W/state" -maxdepth 1 -name 'mnemod.before-*')
digest "$aside" >"$T/after"
check "a state is there: the old one stands aside, whole" \
    cmp -s "$T/before" "$T/after"
ctl -s "$W/to/new2" restore "$W/to/a.tar"
check "a state is there: it is that of the backup" same "$STATE" "$W/to/new2"
# The folder is newer than the history: nothing of it is lost.
root_digest >"$T/root"
mn -1
check "a newer folder: mnemod goes on" [ $? -eq 0 ]
check "a newer folder: what it held counts as the user's edit" \
    has 'edited by hand' "$LOG"
check "a newer folder: the notes are there" \
    [ "$(find "$ROOT/extensions" -name '*.md' | wc -l)" -ge 3 ]

# Archives of others.
hostile=$T/hostile
refused() {
	ctl -s "$W/to/victim" restore "$2"
	check "$1: refused ($status)" [ "$status" -ne 0 -a "$status" -lt 9 ]
	check "$1: said" [ -s "$T/err" ]
	check "$1: nothing is there" \
	    [ ! -e "$W/to/victim/state.db" -a -z "$(leftovers)" ]
}
pack() { tar -C "$hostile" --format=ustar -cf "$T/evil.tar" "$@"; }
mkdir -p "$hostile"
tar -C "$hostile" -xf "$W/to/a.tar"
ln -s /etc/passwd "$hostile/agents/link"
pack mnemod-backup state.db agents
refused "a link" "$T/evil.tar"
rm "$hostile/agents/link"
ln "$hostile/state.db" "$hostile/agents/hard"
pack mnemod-backup state.db agents
refused "a hard link" "$T/evil.tar"
rm "$hostile/agents/hard"
mkfifo "$hostile/agents/pipe"
pack mnemod-backup state.db agents
refused "a FIFO" "$T/evil.tar"
rm "$hostile/agents/pipe"
echo mine >"$T/mine"
pack --transform 's,^agents/.*jsonl,agents/../../../mine,' \
    mnemod-backup state.db agents
refused "a name with .." "$T/evil.tar"
pack -P --transform "s,^agents/.*jsonl,$T/mine," mnemod-backup agents
refused "an absolute name" "$T/evil.tar"
check "hostile names: nothing outside is touched" [ "$(cat "$T/mine")" = mine ]
pack --transform 's,^state.db,lock,' mnemod-backup state.db
refused "a file that no state has" "$T/evil.tar"
pack mnemod-backup state.db state.db
refused "a file twice" "$T/evil.tar"
pack mnemod-backup agents
refused "no database" "$T/evil.tar"
pack state.db agents
refused "no manifest" "$T/evil.tar"
cp "$W/to/a.tar" "$T/evil.tar"
truncate -s 30000 "$T/evil.tar"
refused "cut off" "$T/evil.tar"
gzip -c "$W/to/a.tar" >"$T/evil.tar"
refused "compressed" "$T/evil.tar"
check "compressed: the way on" has 'decompressed' "$T/err"
refused "empty" /dev/null
refused "not there" "$T/no-such.tar"
cp "$hostile/state.db" "$T/good.db"
dd if=/dev/urandom of="$hostile/state.db" bs=4096 count=4 seek=3 \
    conv=notrunc 2>/dev/null
pack mnemod-backup state.db agents memories
refused "a damaged database" "$T/evil.tar"
cp "$T/good.db" "$hostile/state.db"
sqlite3 "$hostile/state.db" "pragma user_version = 99"
pack mnemod-backup state.db agents memories
refused "a newer schema" "$T/evil.tar"
check "a newer schema: the way on" has 'newer mnemod' "$T/err"
cp "$T/good.db" "$hostile/state.db"
# Hooks and settings of a history are not taken over.
mkdir -p "$hostile/memories/codex.git/hooks"
printf '#!/bin/sh\ntouch %s\n' "$T/pwned" \
    >"$hostile/memories/codex.git/hooks/post-update"
printf '[core]\n\tfsmonitor = touch %s\n' "$T/pwned" \
    >>"$hostile/memories/codex.git/config"
pack mnemod-backup state.db agents memories
ctl -s "$W/to/tame" restore "$T/evil.tar"
check "hooks and settings: restored without them" [ "$status" -eq 0 -a \
    ! -e "$W/to/tame/memories/codex.git/hooks" ]
check "hooks and settings: ours instead" \
    has_not 'fsmonitor' "$W/to/tame/memories/codex.git/config"

# Killed at the worst moment: the old or the new one, never a mixture.
for p in $(make -s --no-print-directory B="$B" crash-points |
    grep '^backup\|^restore'); do
	rm -rf "$W"/to/k*
	rm -rf "$W"/to/c*
	ctl -o crash_at="$p" backup "$W/to/k.tar"
	case $p in
	backup.*)
		check "killed at $p" [ "$status" -eq 137 ]
		[ -e "$W/to/k.tar" ] && ctl -s "$W/to/k" restore "$W/to/k.tar"
		check "killed at $p: no file, or a whole one" \
		    [ ! -e "$W/to/k.tar" -o "$status" -eq 0 ]
		ctl backup --force "$W/to/k.tar"
		check "killed at $p: the next one sweeps" \
		    [ "$status" -eq 0 -a -z "$(leftovers)" ]
		;;
	restore.*)
		ctl -s "$W/to/c" restore "$W/to/a.tar"
		ctl -s "$W/to/c" -o crash_at="$p" restore --force "$W/to/k.tar"
		check "killed at $p" [ "$status" -eq 137 ]
		check "killed at $p: the old or the new one" sh -c '
		    [ "$1" -eq 0 ] || [ "$2" -eq 0 ]' sh \
		    "$(same "$W/to/c" "$W/to/new2"; echo $?)" \
		    "$(same "$W/to/c" "$STATE"; echo $?)"
		mn -1 -s "$W/to/c"
		check "killed at $p: mnemod goes on" [ $? -eq 0 ]
		ctl -s "$W/to/c" restore --force "$W/to/a.tar"
		check "killed at $p: the next one sweeps" \
		    [ "$status" -eq 0 -a -z "$(leftovers)" ]
		[ "$p" = restore.exchange.after ] || continue
		check "killed at $p: the old state was not lost" any_same \
		    "$W/to/new2" "$W"/to/c.before-*
		check "killed at $p: its name is said" \
		    has 'c.before-.*restore that was killed' "$T/err"
		;;
	esac
done

# What a killed restore left is swept, but neither what a living one still
# holds, nor what others have there.
rm -rf "$W"/to/c*
d=$W/to/c.restore
mkdir -p "$d-aaaaaa/memories" "$d-bbbbbb/agents" "$d-mine" "$T/theirs"
echo x >"$d-aaaaaa/state.db"
: >"$T/theirs/state.db"
ln -s "$T/theirs" "$d-cccccc"
exec 9>"$d-aaaaaa/lock"
flock 9
ctl -s "$W/to/c" restore "$W/to/a.tar" 9>&-
check "swept: status 0" [ "$status" -eq 0 ]
check "swept: a new state that was never put in its place" [ ! -e "$d-bbbbbb" ]
check "swept: what somebody holds stays" [ -e "$d-aaaaaa/state.db" ]
check "swept: other names stay" [ -d "$d-mine" ]
check "swept: no link is followed" [ -L "$d-cccccc" -a -e "$T/theirs/state.db" ]
exec 9>&-
ctl -s "$W/to/c" restore "$W/to/a.tar"
check "swept: refused, as there is a state now" [ "$status" -eq 6 ]
check "swept: what nobody holds is put aside by then" sh -c \
    '[ ! -e "$1-aaaaaa" ] && [ "$(cat "$2"/c.before-*/state.db)" = x ]' \
    sh "$d" "$W/to"
world_clean "all"
check "no mnemoctl, no tar is left" wait_until 5 no_orphans mnemoctl tar
finish
