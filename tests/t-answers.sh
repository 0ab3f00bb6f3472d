#!/bin/sh
# Writing each answer of the extract worker down by itself cost as much as the
# extraction; some wait until half of what is open is done.  Whatever happens
# to the worker or the supervisor meanwhile: an answer that came is kept, and
# no rollout is forgotten.
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
W=$T/w CODEX=$W/codex STATE=$W/state/mnemod ROOT=$CODEX/memories LOG=$W/log

# Eight sessions; the third newest, 6, of 76 MB, takes long to read.
eight() {
	world_new
	for n in 1 2 3 4 5 6 7 8; do
		session "$n" "2026-11-22T10:00:0${n}Z"
	done
	big=$CODEX/sessions/2026/12/31/$(basename "$(path 6)")
	mkdir -p "$(dirname "$big")"
	mv "$(path 6)" "$big"
	say 2026-11-22T10:00:06Z assistant "$(seq 20000 | tr '\n' ' ')" \
	    >"$T/long"
	yes "$T/long" | head -n 700 | xargs cat >>"$big"
	at 2026-11-22T10:00:06Z "$big"
}
reads_the_big_one() {
	worker=$(pids_of mnemod-extract)
	[ -n "$worker" ] || return 1
	grep -aq 'extracting.*/2026/12/' "/proc/$worker/cmdline" || return 1
	kill -STOP "$worker"
}
# Stopped while it reads 6; 7 and 8 are answered.
begun() {
	eight
	mn_start "$@"
	check "$1: two answers came" wait_until 20 reads_the_big_one
}
count() {
	sql "select count(*) from jobs where kind = 'memory_stage1' and $1"
}

begun -1 --yes
check "they are not written down yet" [ "$(count "status = 'done'")" -eq 0 ]
kill -9 "$worker"
wait "$sup"
check "worker killed: the pass says so" [ $? -eq 1 ]
check "worker killed: the rollout that it read failed" \
    [ "$(job 6 status)" = error ]
check "worker killed: all others are done" [ "$(count "status = 'done'")" -eq 7 ]
check "worker killed: none is done twice" has "stage one: 13 claimed, 7 with" \
    "$LOG"
world_clean "worker killed"

# The supervisor's SIGTERM is there when its SIGCONT lets the worker go on.
begun --yes
kill "$sup"
wait "$sup"
check "stopped: exits 0" [ $? -eq 0 ]
check "stopped: both answers are kept" \
    [ "$(job 7 status)$(job 8 status)" = donedone ]
check "stopped: the others are pending, at no cost" \
    [ "$(count "status = 'pending' and retry_remaining = 3")" -eq 6 ]
world_clean stopped

begun --yes
kill -9 "$sup"
kill -CONT "$worker"
wait "$sup" 2>/dev/null
check "supervisor killed: the worker ends" wait_until 12 no_orphans \
    mnemod-extract
mn -1 --yes
check "supervisor killed: the next run does all" [ $? -eq 0 ]
check "supervisor killed: all are done" [ "$(count "status = 'done'")" -eq 8 ]
world_clean "supervisor killed"
finish
