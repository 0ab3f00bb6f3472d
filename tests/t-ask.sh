#!/bin/sh
# The first start wrote into a folder before its user knew what it would do.
# On a terminal the report comes first and then a question; no, end of file
# and anything else than yes write nothing; --yes answers; progress is one
# line there, and plain lines elsewhere.
. tests/lib.sh
isolate
. tests/world.sh

if ! command -v script >/dev/null; then
	skip "questions on a terminal" "no script(1) here"
	ok "nothing to do"
	finish
fi

# on_terminal ANSWER ARG...: run mnemod on a terminal that types the answer.
on_terminal() {
	answer=$1
	shift
	printf '%b' "$answer" | timeout 60 script -qec \
	    "$MNEMOD -o now=$NOW $*" /dev/null >"$T/screen" 2>&1
	status=$?
}

world_new
world_fill tests/data/codex
for word in no empty x end; do
	case $word in
	no) answer='n\n' ;;
	empty) answer='\n' ;;
	x) answer='x\n' ;;
	end) answer='\004' ;;
	esac
	on_terminal "$answer" -1
	check "answer $word: exit status 0" [ "$status" -eq 0 ]
	check "answer $word: the report was shown" \
	    has '^threads: [0-9]* due' "$T/screen"
	check "answer $word: nothing is written" \
	    [ ! -e "$STATE/state.db" -a ! -e "$ROOT" ]
done
on_terminal 'y\n' -1
check "yes: exit status 0" [ "$status" -eq 0 ]
check "yes: published" [ -s "$ROOT/MEMORY.md" ]
check "yes: progress stands on one line" has "$(printf '\r')" "$T/screen"

# The second start does not ask.
on_terminal '' -1
check "second start: does not ask" has 'nothing new' "$T/screen"

# --yes answers.
world_new
world_fill tests/data/codex
on_terminal '' -1 --yes
check "--yes: published" [ -s "$ROOT/MEMORY.md" ]

# Without a terminal there is nobody to ask.
world_new
world_fill tests/data/codex
mn -1 </dev/null
check "no terminal: goes on" [ -s "$ROOT/MEMORY.md" ]
check "no terminal: plain lines" has_not "$(printf '\r')" "$LOG"
finish
