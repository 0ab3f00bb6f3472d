#!/bin/sh
# One command of many had been forgotten whenever something was promised of
# all: it hung without a supervisor, made an empty state, ended with a signal
# on an unknown id, or said nothing at all.  So all that the help lists are
# asked the same: with a supervisor, without one, without a state, wrongly, and
# by another user.
. tests/lib.sh
isolate
. tests/world.sh

# ask ARG...: $T/out, $T/err, $status.  Nobody may wait for input.
AS=
ask() {
	rm -f "$W/00000000"	# a backup's
	# shellcheck disable=SC2086
	$AS timeout -s KILL 60 "$B/test/mnemoctl" "$@" \
	    </dev/null >"$T/out" 2>"$T/err"
	status=$?
}
# word COMMAND KIND: an argument that fits and means nothing; may be none.
word() {
	case $1 in
	extract) echo --outdated ;;
	*) [ "$2" = none ] || echo 00000000 ;;
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

# all HOW: wrongly, and with an id that nothing has.
all() {
	while read -r c kind; do
		ask -o now="$NOW" "$c" --nonsense
		check "$1: $c, wrong option ($status)" [ "$status" -eq 2 ]
		if [ "$kind" = none ]; then
			ask -o now="$NOW" "$c" x
			check "$1: $c, an argument too many ($status)" \
			    [ "$status" -eq 2 ]
		elif [ "$kind" = must ]; then
			ask -o now="$NOW" "$c"
			check "$1: $c, its argument is missing ($status)" \
			    [ "$status" -eq 2 ]
		fi
		# What is done, or reads from its input, has tests of its own.
		case $c in release | pause | restore | mcp) continue ;; esac
		# shellcheck disable=SC2046
		ask -o now="$NOW" -j "$c" $(word "$c" "$kind")
		check "$1: $c: a status, and its reason ($status)" sound
		check "$1: $c: -j is a document" documents "$c"
	done <"$T/commands"
}
SOCK=$W/run/mnemod/control.sock
all stopped
mn_start
wait_until 10 [ -S "$SOCK" ]
all running
# shellcheck disable=SC2154 # set by mn_start
check "running: the supervisor is still there" is_alive "$sup"

# A thousand looks, ten at a time, disturb nothing.
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
	ask -o now="$NOW" history
	check "a thousand looks: others are served ($status)" \
	    [ "$status" -eq 0 ]
	# shellcheck disable=SC2086
	wait $lookers
	check "a thousand looks: each has its document" [ "$(cat "$T"/look.* |
	    grep -c '^{"command":"status".*"degraded":\[.*}$')" -eq 1000 ]
	check "a thousand looks: the supervisor did nothing for them" \
	    [ $(($(cpu_ticks "$sup") - ticks)) -lt 50 ]
}
kill "$sup"
wait "$sup"
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

# Another user gets nothing, and is told why.
AS="setpriv --reuid 65534 --clear-groups"
ask -V
if [ "$status" -eq 0 ]; then
	while read -r c kind; do
		case $c in check | doctor | mcp) continue ;; esac
		# shellcheck disable=SC2046
		ask -s "$STATE" -f /dev/null "$c" $(word "$c" "$kind")
		check "another user: $c is refused ($status)" \
		    [ "$status" -gt 0 -a "$status" -le 8 -a -s "$T/err" ]
	done <"$T/commands"
else
	skip "another user" "needs root, and a tree that others may enter"
fi
world_clean "commands"
finish
