#!/bin/sh
# Titles, paths and messages are written by whoever a session talked to.  One
# of them cleared the operator's screen and wrote "all is well" on it; another
# turned the line round, so that "failed" read as something else; a third was
# a megabyte long.
. tests/lib.sh
isolate
. tests/world.sh

world_new
world_fill tests/data/codex
mkdir -p "$XDG_CONFIG_HOME/mnemod"
echo "now = \"$NOW\"" >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"
mn -1 --yes

E=$(printf '\033')
# Everything that came from outside becomes hostile: the escape that clears
# the screen, one that sets the title, C1, bidi marks, zero width, a line.
bad="char(27) || '[2J' || char(27) || ']0;x' || char(7) || char(155) ||
    char(8238) || 'evil' || char(8233) || char(8294) || char(8297) ||
    char(8203) || char(65279) || char(13) || char(10) || 'degraded: nothing'"
big="$bad || hex(zeroblob(524288))"
sqlite3 "$STATE/state.db" "
    update threads set title = $bad, preview = $bad, cwd = $bad;
    update threads set title = $big where rowid = (select min(rowid)
	from threads);
    update jobs set last_error = $big where kind = 'memory_consolidate';
    update jobs set status = 'error', last_error = $bad
	where kind = 'memory_stage1';
    update agents set reason = $bad, generator = $bad;
    update sources set reason = $bad, last_result = $bad where rowid = 1;"
id=$(sql "select id from threads limit 1")
agent=$(sql "select thread_id from agents limit 1")

# on_terminal COLUMNS ARG...: $T/raw as a terminal gets it, $T/plain without
# our own colours.
on_terminal() {
	columns=$1
	shift
	script -qec "stty cols $columns; TERM=xterm '$B/test/mnemoctl' $*" \
	    /dev/null </dev/null | tr -d '\r' >"$T/raw"
	sed "s/$E\[[0-9]*m//g" "$T/raw" >"$T/plain"
}
# No character that moves, hides or turns text.
harmless() {
	! LC_ALL=C grep -aqP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf' "$1"
}
widest() {
	LC_ALL=C.UTF-8 wc -L <"$1"
}

if command -v script >/dev/null; then
	for c in status jobs agents "why $id" "show $agent" history \
	    "forget -n $id" "why ${E}[2J" "${E}[2J" "-m ${E}[2J history" \
	    "revert ${E}[2J" "-s ${E}[2J status" "check ${E}[2J"; do
		on_terminal 60 "$(printf '%s' "$c" | sed "s/${E}.2J/'&'/")"
		name=$(printf '%s' "$c" | tr -d "$E")
		check "$name: says something" [ -s "$T/plain" ]
		check "$name: nothing hostile reaches the terminal" \
		    harmless "$T/plain"
	done
	for c in status jobs agents "why $id" "show $agent" history; do
		for columns in 20 60 132; do
			on_terminal $columns "$c"
			n=$(widest "$T/plain")
			check "$c: fits into $columns columns ($n)" \
			    [ "$n" -le $columns ]
		done
	done
	on_terminal 60 status
	check "status: a message does not speak for mnemod" \
	    [ "$(count_of '^degraded: nothing' "$T/plain")" -eq 0 ]
	on_terminal 80 jobs
	check "jobs: a megabyte of title leaves room for the rest" \
	    has '^stage two  *codex  *done .*\\x1b' "$T/plain"
	export COLUMNS=40
	on_terminal 100 jobs
	check "COLUMNS wins over the terminal" [ "$(widest "$T/plain")" -eq 40 ]
	unset COLUMNS
else
	skip "on a terminal" "script(1) is not installed"
fi

# In a pipe nothing is cut, and nothing is hostile either.
COLUMNS=40 "$B/test/mnemoctl" jobs >"$T/out"
check "a pipe: nothing is cut" [ "$(widest "$T/out")" -gt 1048576 ]
check "a pipe: nothing hostile" harmless "$T/out"
for c in status jobs agents "why $id" "show $agent" history; do
	# shellcheck disable=SC2086
	"$B/test/mnemoctl" -j $c >"$T/out"
	check "$c -j: one line of ASCII" [ "$(wc -l <"$T/out")" -eq 1 -a \
	    -z "$(LC_ALL=C tr -d ' -~\n' <"$T/out" | head -c 1)" ]
	check "$c -j: times are text" has '"now":"2026-11-23T12:00:..Z"' \
	    "$T/out"
done
"$B/test/mnemoctl" -j status | tr ',' '\n' |
    grep -E '"(now|at|when|[a-z_]*_(at|since|until))":' |
    grep -vE ':("2...-..-..T..:..:..Z"|null)' >"$T/times"
check "status -j: no time is a number" [ ! -s "$T/times" ]
finish
