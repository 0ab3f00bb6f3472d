#!/bin/sh
# Row 57, reading, on request: who lists half the references of a history and
# packs what they reach throws the other half away; who lists half of a folder
# makes half a backup.  Here the k-th readdir(3), open(2), stat(2) or read of a
# `forget --purge' and of a `backup' fails, or each from the k-th on.  It is
# done as it says, or it is said why not, and the next one does it.
. tests/lib.sh
isolate
. tests/world.sh
. tests/faults.sh
if [ -n "${SANITIZED:-}" ]; then
	skip "row 57, reading, on request" "the sanitizer has its own preload"
	finish
fi
export MNEMOD_TEST_GRACE_MS=1000
ERRORS=EIO
SAID='Input/output error\|disk I/O error\|object not found'
SAID="$SAID\\|malformed\\|failed_\\|ended (\\|cannot be\\|cannot read\\|not looked"

asks() { timeout -s KILL 60 "$B/test/mnemoctl" -o now="$NOW" "$@" \
    >"$T/out" 2>"$LOG"; }
a_purge() { asks forget --purge "$id"; }
a_backup() {
	rm -f "$T/backup.tar"
	asks backup "$T/backup.tar"
}
# traces: what of the thread is in any object, of any reference or none.
traces() {
	git --git-dir="$GIT" cat-file --batch-all-objects --batch |
	    grep -ac "$id" || :
}
commits() { git --git-dir="$GIT" rev-list --count refs/mnemod/live; }
purged() {
	[ "$(traces)" -eq 0 ] && ! grep -rq "$id" "$ROOT"
}
saved() {
	rm -rf "$T/restored"
	mkdir "$T/restored" &&
	    tar -xf "$T/backup.tar" -C "$T/restored" &&
	    git --git-dir="$T/restored/memories/codex.git" fsck --strict \
		--no-dangling >"$T/fsck" 2>&1 &&
	    [ "$(git --git-dir="$T/restored/memories/codex.git" rev-parse \
		refs/mnemod/live)" = "$live" ] &&
	    [ "$(find "$T/restored" -type f | wc -l)" -eq "$files" ]
}
# try PROGRAM CALLS WHEN COMMAND DONE
try() {
	_what="$1 $2 $3, $4"
	scene
	without "$1" "$2" EIO "$3" "$4"
	if [ "$status" -eq 0 ]; then
		"$5" || fault "it says that it is done"
	elif ! cat "$LOG" "$T/out" | grep -aq "$SAID"; then
		fault "status $status, and why"
		cat "$LOG" "$T/out"
	fi
	wait_until 12 no_process || fault "no process is left"
	whole || fault "the memory is whole: $(head -n 2 "$T/check")"
	[ "$(commits)" -ge 1 ] || fault "the history is there"
	"$4"
	[ "$status" -eq 0 ] || :
	"$5" || fault "the next one does it"
	{ whole && well; } || fault "and all is well"
}
# campaign_of PROGRAM CALLS COMMAND DONE HOW_MANY
campaign_of() {
	scene
	without "$1" "$2" EIO 1000000 "$3"
	of=$calls sound=1 n=0
	check "$3: $1 calls $2" [ "$of" -gt 0 ]
	"$4" || not_ok "$3: undisturbed"
	for k in $(some "$of" "$5"); do
		n=$((n + 2))
		try "$1" "$2" "$k" "$3" "$4"
		try "$1" "$2" "$k+" "$3" "$4"
	done
	check "$3: $n times without one of $of of $1's $2" [ $sound -eq 1 ]
}

scene_made
id=$(sql 'select thread_id from selections limit 1')
check "its traces are there" [ "$(traces)" -gt 0 ]
# From here on the scene is what two passes made of it.
rm -rf "$T/good"
mkdir "$T/good"
cp -a "$STATE/." "$T/good/state"
cp -a "$ROOT/." "$T/good/root"
live=$(git --git-dir="$GIT" rev-parse refs/mnemod/live)
a_backup
check "a backup" [ $? -eq 0 ]
files=$(tar -tf "$T/backup.tar" | grep -vc '/$')
check "it is whole" saved
for kind in ${KINDS:-readdir open stat get}; do
	campaign_of mnemod-wspace $kind a_purge purged 6
	campaign_of mnemoctl $kind a_backup saved 6
done
finish
