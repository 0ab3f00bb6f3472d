#!/bin/sh
# A consolidation that went wrong had to be undone with git by hand, in a
# repository nobody knew of; the next run did it again.  history, diff, audit
# and revert: with a supervisor and without, and killed in the middle.
. tests/lib.sh
isolate
. tests/world.sh

commit() { ctl history && sed -n "${1}s/ .*//p" "$T/out"; }
# Everything that must be the same after a revert.
same_as() { root_digest >"$T/now" && cmp -s "$T/now" "$1"; }
settled() { ctl history && has_not 'Edited' "$T/out"; }

world_new
world_fill tests/data/codex
mn -1 --yes
root_digest >"$T/first"
ctl diff
check "nothing changed: says so" has '^no difference$' "$T/out"
first=$(commit 2)

# An edit, seen before and after it is committed.
printf 'A line of mine \033[31m42\n' >>"$ROOT/MEMORY.md"
ctl diff
check "diff: the edit is seen" has '^+A line of mine' "$T/out"
check "diff: printable" has_not "$(printf '\033')" "$T/out"
check "diff: the folder is left as it is" \
    has_not 'Edited by hand' "$STATE/memories/codex.git/logs/HEAD" 2>/dev/null
ctl -j diff
check "diff: -j has the numbers" has '"modified":1' "$T/out"
mn -1 --yes
ctl history
check "history: the edit is told from a publication" \
    has ' 1  *Edited by hand  *-$' "$T/out"
check "history: a publication names its agent" \
    has " 9  *Publish  *$(sql "select substr(thread_id,1,13) from agents
	where published_commit is not null")" "$T/out"
ctl diff "$(commit 2)"
check "diff COMMIT: what it changed" has '^+A line of mine' "$T/out"
root_digest >"$T/edited"
edited=$(commit 2)

# Without a supervisor, then with one.
for with in without with; do
	if [ $with = with ]; then
		mn_start
		check "with: it listens" wait_until 10 listening
	fi
	ctl revert "$first"
	check "$with: revert" [ "$status" -eq 0 ]
	check "$with: the folder is as it was" same_as "$T/first"
	ctl -j revert "$edited"
	check "$with: and back" same_as "$T/edited"
	check "$with: who did it" has "\"by\":\"$([ $with = with ] &&
	    echo supervisor || echo mnemoctl)\"" "$T/out"
	ctl revert "$first"
	for c in 0000000 adopted HEAD '' x "$(printf 'a\nb')"; do
		ctl revert "$c"
		check "$with: no such commit '$c'" [ "$status" -ne 0 ]
	done
	check "$with: after that the folder is the same" same_as "$T/first"
	[ $with = without ] || mn_stop
done
mn -1 --yes
check "the next pass does not undo it" same_as "$T/first"
check "and finds nothing new" has 'nothing new' "$LOG"

# The state knows what is live.
live=$(commit 2)
ctl -j status
check "status: the live commit" has "\"commit\":\"$live" "$T/out"
ctl audit
check "audit: a line for the week" has '^2026-11-23 ' "$T/out"
ctl -j audit
check "audit: -j" has '"specifics_lost":0' "$T/out"

# Killed in the middle: mnemoctl, the worker, the supervisor.
for point in publish.next.before publish.next.after publish.exchange.after \
    publish.raw.before publish.live.before publish.settle.after; do
	ctl revert "$edited"
	check "$point: it can be reverted before" [ "$status" -eq 0 ]
	echo "and this" >>"$ROOT/MEMORY.md"
	ctl -o crash_at="$point" revert "$first"
	case $status in
	0) check "$point: was not passed" same_as "$T/first" ;;
	*) check "$point: it says so" has 'worker ended' "$T/err" ;;
	esac
	check "$point: no temporary file is left" [ -z "$(find "$ROOT" \
	    -name '.mnemod*')" ]
	case $point in
	publish.next.before)
		check "$point: the edit is there" has '^and this$' \
		    "$ROOT/MEMORY.md" ;;
	*)	check "$point: recovered" same_as "$T/first" ;;
	esac
	ctl history
	check "$point: the edit is in the history" \
	    has 'Edited by hand' "$T/out"
done
ctl revert "$edited"
setsid "$B/test/mnemoctl" -o now="$NOW" -o crash_at=stop:publish.live.before \
    revert "$first" >/dev/null 2>&1 &
asker=$!
stopped() { for p in $(pids_of mnemod-wspace); do
	[ "$(state_of "$p")" = T ] && return 0; done; return 1; }
check "stopped in mid-revert" wait_until 10 stopped
kill -KILL "$asker"
wait "$asker" 2>/dev/null
check "mnemoctl killed: its worker ends too" \
    wait_until 15 no_orphans mnemod-wspace
mn -1 --yes
check "mnemoctl killed: the next pass finishes the revert" same_as "$T/first"
ctl revert "$edited"
mn_start -o crash_at=stop:publish.live.before
check "supervisor: it listens" wait_until 10 listening
"$B/test/mnemoctl" -o now="$NOW" revert "$first" >"$T/out" 2>"$T/err" &
asker=$!
check "supervisor: stopped in mid-revert" wait_until 10 stopped
kill -KILL "$sup"
wait "$sup" 2>/dev/null
wait "$asker"
check "supervisor killed: mnemoctl says so" [ $? -eq 1 ]
mn -1 --yes
check "supervisor killed: the next pass finishes the revert" \
    same_as "$T/first"
world_clean "history"
check "no mnemoctl is left" wait_until 5 no_orphans mnemoctl

# Several memories: one must be named.
mkdir -p "$W/config/mnemod"
cat >"$W/config/mnemod/mnemod.conf" <<EOT
memory "codex" { root = "$ROOT" }
memory "other" { root = "$W/other" }
EOT
ctl revert live
check "several memories: which one?" [ "$status" -eq 2 ]
ctl revert -m codex live
check "several memories: named" [ "$status" -eq 0 ]
ctl history codex
check "several memories: history NAME" [ "$status" -eq 0 ]
ctl history other
check "nothing published: status 1" [ "$status" -eq 1 ]
check "nothing published: says so" has 'nothing was published yet' "$T/err"
ctl history code
check "wrong name: the nearest" has 'nearest is codex' "$T/err"

# A root that is not there may be looked at, not written.
mv "$ROOT" "$ROOT.away"
ctl history codex
check "root away: history" [ "$status" -eq 0 ]
ctl revert -m codex live
check "root away: status 7" [ "$status" -eq 7 ]
check "root away: none is made" [ ! -e "$ROOT" ]
mv "$ROOT.away" "$ROOT"
finish
