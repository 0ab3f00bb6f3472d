#!/bin/sh
# A supervisor that dies between doing what it was asked and saying so leaves
# a client that hangs, one that takes silence for success, or half a deed.
# Here it is killed before it begins, and before it answers, for every command
# that changes something: the client is told and ends with status 1, the state
# is the one before or the one after, and the next start leaves all well.
. tests/lib.sh
isolate
. tests/world.sh
. tests/faults.sh
. tests/adopted.sh
. tests/session.sh
export MNEMOD_TEST_GRACE_MS=1000
SOCK=$W/run/mnemod/control.sock

scene_begin() {
	world_new
	for i in 1 2 3; do
		session "$i" "2026-11-22T10:00:1${i}Z"
	done
	mn -1 --yes
	first=$(git --git-dir="$GIT" rev-parse refs/mnemod/live)
	goes_on 3 2026-11-22T12:00:00Z "$1"
	NOW=2026-11-23T12:30:00Z
	mn -1 --yes
	sqlite3 "$STATE/state.db" "update jobs set status = 'error',
	    retry_remaining = 0, last_error = 'x', last_success_watermark =
	    null where job_key = '$(id 1)'; delete from stage1_outputs
	    where thread_id = '$(id 1)'"
	rm -rf "$T/good"
	mkdir "$T/good"
	cp -a "$STATE/." "$T/good/state"
	cp -a "$ROOT/." "$T/good/root"
}

# What each of them changes, as text that another pass leaves alone.
notes() { find "$ROOT/extensions" -name '*.md' 2>/dev/null | wc -l; }
paused() { "$B/test/mnemoctl" -o now="$NOW" status | grep -c 'pause'; }
disabled() { "$B/test/mnemoctl" -o now="$NOW" disable; }
buried() { sql "select count(*) from tombstones"; }
used() { sql "select coalesce(usage_count, 0) from stage1_outputs
    where thread_id = '$(id 3)'"; }
released() { "$B/test/mnemoctl" -o now="$NOW" status | grep -c released; }
retried() { job 1 status; }
reverted() { git --git-dir="$GIT" log --format=%s refs/mnemod/live | grep -c Revert; }

# killed WHAT: the supervisor was, at its point.
killed() {
	check "$1: it is over" wait_until 20 is_gone "$sup"
	kill "$sup" 2>/dev/null
	wait "$sup"
	check "$1: it was killed" [ $? -eq 137 ]
}

# asked_of POINT ARG...: the supervisor is killed there.
asked_of() {
	p=$1
	shift
	mn_start -o crash_at="$p"
	wait_until 20 [ -S "$SOCK" ]
	ctl "$@"
	check "$1, $p: status 1" [ "$status" -eq 1 ]
	check "$1, $p: said" has 'ended before it answered; look' "$T/err"
	killed "$1, $p"
	check "$1, $p: no process is left" wait_until 12 no_process
}
# changes PROBE ARG...
changes() {
	probe=$1
	shift
	scene
	mn -1 --yes
	before=$($probe)
	ctl "$@"
	check "$1: done undisturbed" [ "$status" -eq 0 ]
	mn -1 --yes
	after=$($probe)
	check "$1: changes something" [ "$before" != "$after" ]
	for p in operation.begin.before operation.answer.before; do
		scene
		asked_of $p "$@"
		mn -1 --yes
		case $? in
		0 | 7 | 8) ok "$1, $p: the next start" ;;
		*) not_ok "$1, $p: the next start" ;;
		esac
		case $p in
		*begin*) check "$1, $p: it is as before" \
		    [ "$($probe)" = "$before" ] ;;
		*) check "$1, $p: it is done" [ "$($probe)" = "$after" ] ;;
		esac
		check "$1, $p: all is well" well
	done
}

scene_begin 'Always use make check3 from now on.'
changes notes remember 'Something to note.'
changes paused pause
changes disabled disable /home/u/p2
changes buried forget "$(id 2)"
changes retried retry "$(id 1)"
changes reverted revert "$first"
changes released release

# A use is told by a client that waits for nothing (mnemoctl mcp).
poke() { "$B/test/ctlpoke" "$SOCK" send \
    '{"command":"use","args":{"thread_id":"'"$(id 3)"'"}}' >"$T/poke" 2>&1; }
for p in store.use.before store.use.after; do
	scene
	was=$(used)
	mn_start -o crash_at=$p
	wait_until 20 [ -S "$SOCK" ]
	poke
	check "$p: no answer" [ $? -eq 1 ]
	killed "$p"
	mn -1 --yes
	check "$p: the next start" [ $? -eq 0 ]
	case $p in *after) was=$((was + 1)) ;; esac
	check "$p: counted once, or not at all" [ "$(used)" -eq $was ]
	check "$p: all is well" well
done
finish
