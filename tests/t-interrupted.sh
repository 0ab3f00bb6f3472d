#!/bin/sh
# Rows 49 and 50 in everything: a tool that read less than it asked for took
# half an answer for the whole, one that was interrupted told of an error.
# Here a supervisor, its workers and every command go through a day in which
# every third call is interrupted, and one in which each moves 1 to 7 bytes.
# Both leave and say what an undisturbed one does.  (open(2), rename(2) and
# fsync(2) of a local disk are not interrupted; t-disk-errors.sh has them.)
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/faults.sh
if [ -n "${SANITIZED:-}" ]; then
	skip "rows 49 and 50 in everything" "the sanitizer has its own preload"
	finish
fi
CALLS=read,write,pread,pwrite,pread64,pwrite64,writev,poll,ppoll,waitpid
CALLS=$CALLS,accept4,send,sendto,recv,usleep
DB=$STATE/state.db

# What differs from one day to the next: times, ids, sizes.
plain() {
	sed "s/[0-9a-f]\{7,\}[0-9a-f-]*/H/g; s/[0-9][0-9.]*/N/g
	    s/in N seconds*/now/g; s/N second /N seconds /g; s/  */ /g"
}
ctl() {
	echo "== $*"
	timeout -s KILL 60 "$B/test/mnemoctl" -o now="$NOW" "$@" >"$T/out" 2>&1
	echo "== $?"
}
# The same, with what it says.
said() {
	ctl "$@" && plain <"$T/out"
}
listening() { [ -S "$W/run/mnemod/control.sock" ]; }
mcp_session() {
	printf '%s\n' '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}' \
	    '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' \
	    '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search","arguments":{"query":"make"}}}' |
	    timeout -s KILL 60 "$B/test/mnemoctl" -o now="$NOW" mcp 2>&1 |
	    plain
}

# A day: what it leaves and says is in $T/NAME, its log in $T/NAME.log.
day() {
	echo "-- a pass, with a model in stage one"
	a_pass
	echo "== $?"
	cat "$LOG" >"$T/$1.log"
	mn_start
	wait_until 20 listening
	said status
	for c in jobs agents history diff check usage doctor pause resume; do
		said "$c"
	done
	ctl remember 'The day has a note.'
	ctl -j status
	ctl log
	ctl metrics
	said why "$thread"
	said search make
	said forget -n "$thread"
	said disable /nowhere
	said enable /nowhere
	mcp_session
	ctl backup "$W/backup.tar"
	ctl run
	kill "$sup"
	wait "$sup"
	echo "== $?"
	cat "$LOG" >>"$T/$1.log"
	ctl forget "$thread"
	ctl -s "$W/other" restore "$W/backup.tar"
	a_pass
	echo "== $?"
	cat "$LOG" >>"$T/$1.log"
}
left() {
	(cd "$ROOT" && find . -type f ! -name '.*' | LC_ALL=C sort |
	    while read -r f; do echo "$f"; plain <"$f"; done) | grep -v ^notes
	sqlite3 "$DB" 'select thread_id, generator, length(raw_memory) from
	    stage1_outputs order by 1; select kind, status, retry_remaining
	    from jobs order by job_key; select status, reason from agents;
	    select outcome, tokens from model_requests order by id;
	    pragma integrity_check'
	git --git-dir="$STATE/memories/codex.git" fsck --strict --no-dangling 2>&1
	sqlite3 "$W/other/state.db" 'pragma integrity_check' | grep -x ok
}
# live NAME COMMAND...: a day lived so.
live() {
	_name=$1
	shift
	world_new
	world_fill tests/data/codex
	model_start 'times=0 usage=100,0,50,0 stage_one'
	model_conf responses 'pipeline { max_rollout_age_days = 0 }'
	"$@" day "$_name" >"$T/$_name"
	model_stop
	left | plain >>"$T/$_name"
	check "$_name: no process is left" wait_until 12 no_process
}
short_day() {
	(
		export LD_PRELOAD="$B/test/shim.so" SHIM_IN=$ALL SHIM_SHORT=7
		"$@"
	)
}
same() {
	cmp -s "$T/undisturbed" "$T/$1" && return 0
	diff "$T/undisturbed" "$T/$1" | head -n 30
	return 1
}

thread=$(cd tests/data/codex && find . -name 'rollout-*.jsonl' | sort |
    sed -n '1s/.*rollout-.\{20\}\(.*\)\.jsonl$/\1/p')
live undisturbed
check "undisturbed: a day with a memory" has 'parser\|make' "$T/undisturbed"
live interrupted without "$ALL" "$CALLS" EINTR 1+3
check "interrupted: $faults of $calls calls were" [ "$faults" -gt 1000 ]
check "interrupted: all is as if they were not" same interrupted
check "interrupted: nobody wonders" has_not 'Interrupted' "$T/interrupted.log"
live short short_day
check "short: all is as if nothing were" same short

# The way to the supervisor.
mn_start
wait_until 20 listening
without mnemoctl connect EINTR 1 ctl -j remember 'Once more.'
check "interrupted on the way to the supervisor" [ "$faults" -eq 1 ]
check "interrupted on the way: it is asked all the same" \
    has '"by":"supervisor"' "$T/out"
kill "$sup"
wait "$sup"
finish
