#!/bin/sh
# What is promised of all commands holds for each that the help lists: it ends
# with a status of the manual and a reason, also without a state, which is not
# made by looking for one; -j is one form; and a thousand looks, from a status
# bar that somebody wrote, disturb nothing.
. tests/lib.sh
isolate
. tests/world.sh

# ask ARG...: $T/out, $T/err, $status.  Nobody may wait for input.
ask() {
	rm -f "$W/00000000"	# a backup's
	timeout -s KILL 60 "$B/test/mnemoctl" -o now="$NOW" "$@" \
	    </dev/null >"$T/out" 2>"$T/err"
	status=$?
}
# word COMMAND KIND: an argument that fits and means nothing; may be none.
word() {
	case $1$2 in
	extractnone) echo --outdated ;;
	*none) ;;
	*) echo 00000000 ;;
	esac
}
# It ended with a status of the manual, and one that is not 0 has a reason.
sound() {
	[ "$status" -le 8 ] && { [ "$status" -eq 0 ] || [ -s "$T/err" ] ||
	    [ -s "$T/out" ]; }
}
# Whatever came is a document of this command, in ASCII.
documents() {
	[ "$(LC_ALL=C grep -cv '^{"command":"'"$1"'".*}$' "$T/out")" -eq 0 ] &&
	    ! LC_ALL=C grep -q '[^ -~]' "$T/out"
}

world_new
world_fill tests/data/codex
mn -1 --yes
cd "$W" || exit 1	# where an argument is made, not looked for
# The command, and whether it takes an argument: none, may, must.
"$B/test/mnemoctl" -h | sed -n '/^commands:/,/^See/{
    s/^  \([a-z]*\)  *\[[A-Z].*/\1 may/p;t
    s/^  \([a-z]*\)  *[A-Z].*/\1 must/p;t
    s/^  \([a-z]*\)  .*/\1 none/p
}' >"$T/commands"
check "commands were found" [ "$(wc -l <"$T/commands")" -gt 20 ]
while read -r c kind; do
	ask "$c" -h
	check "$c -h: its usage, options and manual" sh -c \
	    'grep -q "^usage: mnemoctl .*$1" "$2" && grep -q -- "--json" "$2" &&
	    grep -q "^See $1 in" "$2" && [ "$(wc -l <"$2")" -lt 20 ]' \
	    sh "$c" "$T/out"
done <"$T/commands"
ask forget -h
check "forget -h: what it alone has" has '^  -n,  *--dry-run' "$T/out"
check "forget -h: not what others have" has_not 'outdated' "$T/out"

# all HOW: with an id that nothing has.
all() {
	while read -r c kind; do
		# What is done, or reads its input, has tests of its own.
		case $c in release | pause | restore | mcp) continue ;; esac
		# shellcheck disable=SC2046
		ask -j "$c" $(word "$c" "$kind")
		check "$1: $c: a status, and its reason ($status)" sound
		check "$1: $c: -j is a document" documents "$c"
	done <"$T/commands"
}
all stopped
mn_start
wait_until 10 [ -S "$W/run/mnemod/control.sock" ]
all running
# shellcheck disable=SC2154 # set by mn_start
check "running: the supervisor is still there" is_alive "$sup"

# Ten at a time.
looks() {
	i=0 lookers=
	while [ $i -lt 10 ]; do
		seq 100 | while read -r _; do
			"$B/test/mnemoctl" -o now="$NOW" -j status || echo bad
		done >"$T/look.$i" 2>&1 &
		lookers="$lookers $!"
		i=$((i + 1))
	done
}
[ -n "${SANITIZED:-}" ] || {
	ticks=$(cpu_ticks "$sup")
	looks
	ask history
	check "a thousand looks: others are served ($status)" \
	    [ "$status" -eq 0 ]
	# shellcheck disable=SC2086
	wait $lookers
	check "a thousand looks: each has its document" [ "$(cat "$T"/look.* |
	    grep -c '^{"command":"status".*"degraded":\[.*}$')" -eq 1000 ]
	check "a thousand looks: the supervisor did nothing for them" \
	    [ $(($(cpu_ticks "$sup") - ticks)) -lt 50 ]
}
mn_stop
check "running: the supervisor ends in order" [ $? -eq 0 ]

# No state: said by all that need one, and made by none.
while read -r c kind; do
	case $c in restore | mcp) continue ;; esac
	# shellcheck disable=SC2046
	ask -s "$T/nowhere" "$c" $(word "$c" "$kind")
	case $c in
	check | doctor | search) check "no state: $c ($status)" sound ;;
	*) check "no state: $c: status 6 ($status)" [ "$status" -eq 6 ] ;;
	esac
	check "no state: $c: none is made" [ ! -e "$T/nowhere" ]
done <"$T/commands"
world_clean "looks"
finish
