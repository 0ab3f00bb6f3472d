# faults.sh: programs whose calls fail, by tests/shim.so.  Read after world.sh.
#
#	calls	faults	how many calls were counted, how many failed
#
# A campaign brings
#
#	ERRORS	what calls fail with, in turn
#	SAID	what the log says of it, as a pattern
#	NEVER	what it must not say, as a pattern; or nothing
#	END	statuses that a pass may end with, as in case; and more
#
# shellcheck shell=sh disable=SC2034,SC2154

ALL=mnemod,mnemod-gateway,mnemod-extract,mnemod-agent,mnemod-wspace,mnemoctl
GIT=$STATE/memories/codex.git
NOON=2026-11-24T12:00:00Z
LATER=2026-11-24T16:00:00Z

# without PROGRAMS CALLS ERRORS WHEN COMMAND...: see tests/shim.h.  The exit
# status is in $status.
without() {
	rm -f "$T/seen"
	(
		export LD_PRELOAD="$B/test/shim.so" SHIM_SEEN="$T/seen"
		export SHIM_IN="$1" SHIM_FAIL="$2 $3 $4"
		shift 4
		"$@"
	)
	status=$?
	read -r calls faults <<-END
	$(od -An -tu8 "$T/seen")
	END
}

# a_pass: with nothing that changes from one to the next.
a_pass() {
	timeout -s KILL 120 "$MNEMOD" -o now="$NOW" -1 --yes 2>"$LOG"
}

# stopped_pass: one that may wait for ever is stopped when it has said so.
stopped_pass() {
	mn_start -1 --yes
	wait_until 20 said_or_over
	kill "$sup" 2>/dev/null
	wait "$sup"
}
said_or_over() {
	grep -aq "$SAID" "$LOG" || is_gone "$sup"
}

# some OF [HOW_MANY]: numbers from 1 to OF: so many, evenly spread, or all of
# them where EVERY is set (make check-long).
some() {
	_step=$(($1 / ${2:-6}))
	[ -z "${EVERY:-}" ] && [ "$_step" -gt 1 ] || _step=1
	seq $(((_step + 1) / 2)) "$_step" "$1"
}

# made: what an undisturbed pass and one that was tried twice give alike.
made() {
	root_digest | grep -v 'MEMORY.md\|memory_summary.md'
}

# no_process: nothing of ours is left, not even a zombie.
no_process() {
	no_orphans mnemod mnemod-extract mnemod-agent mnemod-wspace \
	    mnemod-gateway mnemoctl
}

# scene_made: a memory with a line that a person wrote, and a session that
# went on; what two undisturbed passes make of it is in $T/want.
scene_made() {
	world_new
	world_fill tests/data/codex
	mn -1 --yes
	set -- "$CODEX"/sessions/2026/11/2[012]/*.jsonl
	printf '%s\n' '{"timestamp":"2026-11-23T13:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"From now on always write commit messages in the imperative."}]}}' >>"$1"
	touch -d 2026-11-23T13:00:00Z "$1"
	echo 'A line that a person wrote.' >>"$ROOT/MEMORY.md"
	rm -rf "$T/good"
	mkdir "$T/good"
	cp -a "$STATE/." "$T/good/state"
	cp -a "$ROOT/." "$T/good/root"
	NOW=$NOON
	a_pass
	NOW=$LATER
	a_pass
	made >"$T/want"
	check "an undisturbed pass" whole
}

# scene: all as it was then.
scene() {
	find "$STATE" "$ROOT" -mindepth 1 -delete
	cp -a "$T/good/state/." "$STATE"
	cp -a "$T/good/root/." "$ROOT"
}

# whole: every file is, the line is there, and nothing is taken for gone.
whole() {
	"$B/test/mnemoctl" -o now="$NOW" check "$ROOT" >"$T/check" 2>&1 &&
	    [ "$(count_of '^A line that a person wrote.$' "$ROOT/MEMORY.md")" \
		-eq 1 ] &&
	    [ "$(sql 'select count(*) from sources where missing_since <> 0')" \
		-eq 0 ]
}

# well: nothing of a pass is left, in the state or the folder.
well() {
	[ "$(sql 'pragma integrity_check')" = ok ] &&
	    [ "$(sql "select count(*) from jobs where status = 'running'")" \
		-eq 0 ] &&
	    git --git-dir="$GIT" fsck --strict --no-dangling >"$T/fsck" 2>&1 &&
	    [ -z "$(find "$ROOT" "$STATE/staging" -name '.mnemod*')" ] &&
	    [ -z "$(find "$STATE/staging" -mindepth 1)" ]
}

fault() {
	sound=0
	not_ok "$_what: $1"
	grep -a 'warning\|fatal' "$LOG" | tail -n 3
	tail -n 1 "$LOG"
}

# faulty PROGRAMS CALLS WHEN PASS: one, and the one after it.
faulty() {
	_what="$1 $2 $3"
	scene
	NOW=$NOON
	without "$1" "$2" "$ERRORS" "$3" "$4"
	case " $END " in
	*" $status "*) ;;
	*) fault "status $status" ;;
	esac
	[ $status -eq 0 ] || [ $status -gt 128 ] ||
	    grep -aq "$SAID" "$LOG" ||
	    fault "status $status, and why"
	[ -z "${NEVER:-}" ] || ! grep -aq "$NEVER" "$LOG" ||
	    fault "no wrong advice: $(grep -a "$NEVER" "$LOG" | head -n 1)"
	[ -z "${SHOW:-}" ] || echo "# $1 $3: $status" \
	    "$(grep -a "$SAID" "$LOG" | head -n 1)"
	wait_until 12 no_process || fault "no process is left"
	whole || fault "all is whole: $(head -n 2 "$T/check")"
	NOW=$LATER
	a_pass || fault "the next pass gets through"
	made >"$T/got"
	cmp -s "$T/want" "$T/got" || fault "and gives the same"
	{ whole && well; } || fault "and all is well"
}

# campaign PROGRAMS CALLS PASS [HOW_MANY]: the k-th call fails; PASS is run
# where each from the k-th on does.
campaign() {
	scene
	NOW=$NOON
	without "$1" "$2" EIO 1000000 a_pass
	of=$calls sound=1 n=0
	check "$1: calls $2" [ "$of" -gt 0 ]
	for k in $(some "$of" "${4:-}"); do
		n=$((n + 2))
		faulty "$1" "$2" "$k" a_pass
		faulty "$1" "$2" "$k+" "$3"
	done
	check "$1: $n passes without one of $of" [ $sound -eq 1 ]
}
