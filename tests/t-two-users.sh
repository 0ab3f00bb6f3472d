#!/bin/sh
# Two people on one machine: daemons have shared a socket in /tmp, a lock or a
# port, and one read or stopped the other's.  Two supervisors of two users run
# beside each other here, each answers its own user and nobody else.
. tests/lib.sh
isolate
. tests/world.sh

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null ||
    ! setpriv --reuid 65533 --regid 65533 --clear-groups \
    "$B/test/mnemoctl" -V >/dev/null 2>&1; then
	skip "two users" "needs root, and a build that others may run"
	ok "nothing to do"
	finish
fi

# as UID COMMAND...: in this user's own world; no runtime directory.
as() {
	_uid=$1
	shift
	env -i PATH="$PATH" HOME="$T/$_uid/home" \
	    MNEMOD_TEST_GRACE_MS=1000 ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
	    setpriv --reuid "$_uid" --regid "$_uid" --clear-groups "$@"
}
state() { echo "$T/$1/home/.local/state/mnemod"; }
root() { echo "$T/$1/home/.codex/memories"; }
start() {
	as "$1" setsid "$MNEMOD" -o now="$NOW" --yes 2>"$T/$1.log" &
}
pid_of() { sed -n 1p "$(state "$1")/lock"; }
answers() {
	as "$1" "$B/test/mnemoctl" -o now="$NOW" -j history >"$T/$1.out" \
	    2>"$T/$1.err" && has '"by":"supervisor"' "$T/$1.out"
}
published() { [ -s "$(root "$1")/MEMORY.md" ]; }

for u in 65533 65534; do
	CODEX=$T/$u/home/.codex
	mkdir -p "$CODEX"
	world_fill tests/data/codex
	chown -R "$u:$u" "$T/$u"
	chmod 700 "$T/$u/home"
	start $u
done
for u in 65533 65534; do
	check "user $u: published" wait_until 30 published $u
	check "user $u: its supervisor answers" wait_until 10 answers $u
	check "user $u: runs as that user" [ "$(stat -c %u \
	    "/proc/$(pid_of $u)")" = $u ]
	check "user $u: every file is that user's, and private" [ -z "$(find \
	    "$(state $u)" "$(root $u)" ! -uid $u -o ! -type l -perm /077)" ]
done
check "two supervisors" [ "$(pid_of 65533)" != "$(pid_of 65534)" ]

# Neither gets at the other's.
as 65533 "$B/test/mnemoctl" -s "$(state 65534)" status >"$T/out" 2>"$T/err"
check "the other's state: refused" [ $? -ne 0 ]
as 65533 "$B/test/mnemoctl" -s "$(state 65534)" history >"$T/out" 2>"$T/err"
check "the other's supervisor: no answer" [ $? -ne 0 ]
seen() { find "$(state 65534)" -printf '%P %m %u\n' | grep -v ^staging | sort; }
seen >"$T/before"
"$B/test/mnemoctl" -h | sed -n '/^commands:/,/^See/s/^  \([a-z]*\) .*/\1/p' \
    >"$T/commands"
check "commands were found" [ "$(wc -l <"$T/commands")" -gt 20 ]
while read -r c; do
	for word in 00000000 ""; do
		# shellcheck disable=SC2086
		as 65533 timeout 60 "$B/test/mnemoctl" -s "$(state 65534)" \
		    "$c" $word </dev/null >"$T/out" 2>"$T/err"
		status=$?
		# Its own empty input, its own folders.
		case $c$word in mcp | check) continue ;; esac
		check "the other's state: $c $word: refused ($status)" \
		    [ "$status" -ge 1 -a "$status" -le 8 ]
	done
done <"$T/commands"
seen >"$T/after"
check "the other's state: nothing is changed" cmp -s "$T/before" "$T/after"
check "the other's supervisor: not paused or stopped" answers 65534
as 65533 "$MNEMOD" -s "$(state 65534)" -1 >"$T/out" 2>"$T/err"
check "the other's state: no start" [ $? -eq 6 ]
as 65533 kill "$(pid_of 65534)" 2>/dev/null
check "the other's supervisor: cannot be stopped" is_alive "$(pid_of 65534)"

# One ends, the other goes on.
a=$(pid_of 65533) b=$(pid_of 65534)
kill "$a"
check "one is stopped" wait_until 12 is_gone "$a"
check "the other answers on" answers 65534
check "its workers are its own" [ -z "$(for p in $(pids_of mnemod-extract); do
    [ "$(stat -c %u "/proc/$p")" = 65534 ] || echo "$p"; done)" ]
kill "$b"
wait
check "no process is left" wait_until 12 no_orphans mnemod mnemod-extract \
    mnemod-agent mnemod-wspace
finish
