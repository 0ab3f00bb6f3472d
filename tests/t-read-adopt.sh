#!/bin/sh
# Row 57, reading, at an adoption: a folder that others filled for months is
# taken over once, and what is not seen then is never seen again.  Here the
# k-th readdir(3), open(2), stat(2) or read of it fails, or each from the k-th
# on: nothing that was found is changed, and the next pass takes all of it.
. tests/lib.sh
isolate
. tests/world.sh
. tests/adopted.sh
. tests/faults.sh
if [ -n "${SANITIZED:-}" ]; then
	skip "row 57, reading, at an adoption" "the sanitizer has its own preload"
	finish
fi
export MNEMOD_TEST_GRACE_MS=1000
ERRORS=EIO
SAID='Input/output error\|disk I/O error\|object not found\|cannot be\|read error'
SAID="$SAID\\|malformed\\|unable to open\\|invalid object\\|not adopted"

an_adoption() {
	timeout -s KILL 120 "$MNEMOD" -o now="$NOW" -1 --yes --adopt 2>"$LOG"
}
threads() {
	sql "select group_concat(thread_id || ' ' || length(raw_memory) || ' ' ||
	    length(rollout_summary), ', ') from (select * from stage1_outputs
	    where generator = 'adopted' order by thread_id)"
}
scene() {
	find "$STATE" "$CODEX" -mindepth 1 -delete
	cp -a "$T/good/." "$CODEX"
}
# try PROGRAM CALLS WHEN
try() {
	_what="$1 $2 $3"
	scene
	without "$1" "$2" EIO "$3" an_adoption
	[ "$status" -eq 0 ] || grep -aq "$SAID" "$LOG" ||
	    fault "status $status, and why"
	[ "$status" -lt 9 ] || fault "status $status"
	wait_until 12 no_process || fault "no process is left"
	kept || fault "what was found is there"
	NOW=$LATER
	an_adoption || fault "the next pass gets through"
	NOW=$NOON
	kept || fault "what was found is there, then"
	as_found || fault "the adopted commit is the folder as found"
	[ "$(threads)" = "$want" ] ||
	    fault "its threads: $(threads)"
}

adopted_new
codex_databases
mkdir -p "$T/good" "$STATE"
cp -a "$CODEX/." "$T/good"
NOW=$NOON
an_adoption
check "an adoption: status 0" [ $? -eq 0 ]
check "what was found is there" kept
want=$(threads)
for kind in ${KINDS:-readdir open stat get}; do
	for p in mnemod mnemod-wspace; do
		scene
		without $p $kind EIO 1000000 an_adoption
		of=$calls sound=1 n=0
		check "$p: calls $kind" [ "$of" -gt 0 ]
		for k in $(some "$of" 3); do
			n=$((n + 2))
			try $p $kind "$k"
			try $p $kind "$k+"
		done
		check "$p: $n adoptions without one of $of $kind" \
		    [ $sound -eq 1 ]
	done
done
finish
