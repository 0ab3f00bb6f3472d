#!/bin/sh
# kill -9 in what a person asks for or what comes by once in a while: a purge
# that was cut off left the word that it was to take out, a folder that was
# given back was taken again, a retention run that died left a history that
# git could not read.  t-kill.sh kills in a first pass, t-kill-again.sh in a
# later one, t-adopt.sh, t-backup.sh, t-history.sh and t-review.sh on their own
# paths; here are the crash points that are on none of these.
. tests/lib.sh
isolate
. tests/world.sh
. tests/adopted.sh
. tests/session.sh
. tests/model.sh
export MNEMOD_TEST_GRACE_MS=1000
git_of() { git --git-dir="$HISTORY" "$@"; }

# cut_off POINT ARG...: mnemoctl, or the worker that it has, is killed there.
cut_off() {
	_p=$1
	shift
	"$B/test/mnemoctl" -o now="$NOW" -o crash_at="$_p" "$@" \
	    >"$T/out" 2>"$T/err"
	check "$_p: cut off" [ $? -ne 0 ]
}

# dies POINT ARG...: the same with a pass.
dies() {
	_p=$1
	shift
	mn -1 --yes -o crash_at="$_p" "$@"
	check "$_p: the pass is cut off" [ $? -ne 0 ]
}

ctl() {
	"$B/test/mnemoctl" -o now="$NOW" "$@" >"$T/out" 2>"$T/err"
}

whole() {
	[ -z "$(find "$ROOT" "$STATE/staging" -name '.mnemod*' 2>/dev/null)" ] &&
	    [ -z "$(find "$STATE/staging" -mindepth 1 2>/dev/null)" ] &&
	    [ "$(sql 'pragma integrity_check')" = ok ] &&
	    [ "$(sql "select count(*) from jobs where status = 'running'")" = 0 ] &&
	    git_of fsck --strict --full >"$T/fsck" 2>&1 &&
	    wait_until 5 no_orphans mnemod mnemod-extract mnemod-agent \
		mnemod-wspace mnemod-gateway mnemoctl
}

# next POINT [ARG...]: the next start succeeds and leaves everything whole.
next() {
	_p=$1
	shift
	mn -1 --yes "$@"
	check "$_p: the next start: exit status 0" [ $? -eq 0 ]
	check "$_p: the next start: all is whole" whole
}
claimed() {
	sed -n 's/.*stage one: \([0-9]*\) claimed.*/\1/p' "$LOG"
}
edit() { sqlite3 -cmd ".timeout 10000" "$STATE/state.db" "$1"; }

adopted_new
i=1
while [ "$i" -le 11 ]; do
	session "$i" "2026-11-22T10:00:$((i + 10))Z"
	i=$((i + 1))
done
mn -1 --yes --adopt
check "a pass over a folder that was adopted" [ $? -eq 0 ]

# A job that failed, an output of an older generator, one thread again.
edit "update jobs set status = 'error', retry_remaining = 0,
    last_success_watermark = null where job_key = '$(id 1)';
    delete from stage1_outputs where thread_id = '$(id 1)'"
cut_off store.claim.before retry --all
next store.claim.before
check "retry, store.claim.before: it is as before" [ "$(claimed)" -eq 0 ]
cut_off store.claim.after retry --all
next store.claim.after
check "retry, store.claim.after: it is done again" [ "$(claimed)" -eq 1 ]
edit "update stage1_outputs set generator = 'builtin/0'
    where thread_id = '$(id 1)'"
cut_off store.outdate.before extract --outdated
next store.outdate.before
check "store.outdate.before: it is as before" [ "$(claimed)" -eq 0 ]
cut_off store.outdate.after extract --outdated
next store.outdate.after
check "store.outdate.after: it is made again" [ "$(claimed)" -eq 1 ]

# The same by a supervisor that is asked, or is gone before: it claims by
# itself as well.
for p in store.claim.before store.claim.after; do
	mn_start -o crash_at=$p
	wait_until 10 listening
	ctl extract "$(id 1)"
	check "$p: who asked is told" [ $? -eq 1 ]
	# shellcheck disable=SC2154 # set by mn_start
	check "$p: it is gone" wait_until 10 is_gone "$sup"
	kill -KILL "$sup" 2>/dev/null
	wait "$sup" 2>/dev/null
	next $p
done

# The file for a collector of metrics: the old or the new one.
metrics=$W/metrics.prom
mn -1 -o metrics_file="$metrics"
cp "$metrics" "$T/metrics"
for p in metrics.write.before metrics.write.after; do
	dies $p -o metrics_file="$metrics"
	check "$p: the file is whole" [ "$(sed 's/ [^ ]*$//' "$metrics")" = \
	    "$(sed 's/ [^ ]*$//' "$T/metrics")" ]
	next $p -o metrics_file="$metrics"
	check "$p: no other is left" [ "$(ls "$metrics"*)" = "$metrics" ]
done

# What waits for review and is discarded.
review=memory.codex.publish=review
for p in review.drop.before review.drop.after store.review.after; do
	ctl remember "Waits at $p"
	mn -1 -o $review
	check "$p: something waits" has 'wait for review' "$LOG"
	cut_off $p -o $review discard
	next $p -o $review
	check "$p: nothing was published" has_not "Waits at $p" \
	    "$ROOT/MEMORY.md"
	ctl -o $review discard
done
mn -1

# The history is cut: a pass that is cut off is the next start of the one
# before it.
was=$(root_digest)
for p in cut.write.before cut.write.after pack.write.before \
    pack.write.after pack.sweep.before pack.sweep.after; do
	mn -1 -o crash_at=$p -o retention.history_commits=1
	check "$p: its worker is cut off" has 'workspace.*signal 9' "$LOG"
	check "$p: all is whole" whole
done
next "$p" -o retention.history_commits=1
check "the history is short" [ "$(git_of rev-list --count --first-parent \
    refs/mnemod/live)" -le 2 ]
check "the folder is as it was" [ "$(root_digest)" = "$was" ]

# A thread is taken out of everything.
for p in store.batch.before purge.adopted.before purge.adopted.after \
    purge.live.before purge.live.after purge.pack.before purge.pack.after
do
	cut_off $p forget --purge "$T1"
	next $p
done
ctl forget --purge "$T1"
check "purged in the end" [ $? -eq 0 ]
check "no file names it" sh -c '! grep -rq "$1" "$2"' sh "$T1" "$ROOT"
check "no commit names it" [ -z "$(git_of log --all --format=%H |
    while read -r c; do git_of grep -l "$T1" "$c"; done)" ]

# The folder is given back.
was=$(root_digest)
cut_off release.before release
next release.before
check "release.before: it is ours still" has_not 'given back' "$LOG"
cut_off release.after release
mn -1
check "release.after: it stays given back" has 'given back' "$LOG"
check "release.after: the folder is as it was" [ "$(root_digest)" = "$was" ]
mn -1 --yes --adopt
check "release.after: it can be adopted again" [ $? -eq 0 ]

# A session that goes on while its job is claimed, and a stop in that moment;
# that one takes long to read, so that it is not answered before.
n=21
for p in store.stage_one.before store.stage_one.after store.release.before \
    store.release.after; do
	session $n 2026-11-22T11:00:00Z
	case $p in
	*release*)
		yes "$(say 2026-11-22T11:00:00Z user 'Once more.')" |
		    head -n 100000 >>"$(path $n)"
		at 2026-11-22T11:00:00Z "$(path $n)" ;;
	esac
	mn_start -1 --yes -o crash_at=stop:store.claim.after,$p
	wait_until 20 is_stopped "$sup"
	case $p in
	*release*) kill "$sup" ;;
	*) goes_on $n 2026-11-23T11:00:00Z 'One thing more.' ;;
	esac
	wait_until 30 goes_to_its_end "$sup"
	wait "$sup"
	check "$p: cut off" [ $? -eq 137 ]
	next $p
	n=$((n + 1))
done

# A file that vanished, and a clock that went back.
rm "$(path 2)"
for NOW in 2026-11-24T12:00:00Z 2026-11-25T13:00:00Z; do
	mn -1 -o source.codex.on_missing=keep
done
dies store.forget.before -o source.codex.on_missing=forget
dies store.forget.after -o source.codex.on_missing=forget
next store.forget.after -o source.codex.on_missing=forget
check "it is forgotten" [ "$(sql "select count(*) from threads
    where id = '$(id 2)'")" -eq 0 ]
NOW=2026-11-20T12:00:00Z
dies store.clock.before
next store.clock.before
NOW=2026-11-19T12:00:00Z
dies store.clock.after
next store.clock.after

# A model's answer: it counts as reserved until it is booked, and its rollout
# is asked about once more.
world_new
NOW=2026-11-23T12:00:00Z
model_start 'times=0 stage_one'
model_conf responses
session 1 2026-11-22T10:00:11Z
for p in model.settle.before store.settle.before store.settle.after \
    model.settle.after; do
	case $p in *.before) open=1 ;; *) open=0 ;; esac
	rm -rf "$STATE" "$ROOT"
	dies $p
	check "$p: rows that are open" [ "$(sql 'select count(*)
	    from model_requests where settled_at is null')" -eq $open ]
	next $p
	check "$p: the output is there" \
	    [ "$(sql 'select count(*) from stage1_outputs')" -eq 1 ]
	check "$p: what may have been used counts" [ "$(sql 'select count(*)
	    from model_requests where tokens > 0')" -eq 2 ]
done
model_stop
finish
