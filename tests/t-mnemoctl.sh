#!/bin/sh
# An operator looks when something is wrong: while the supervisor runs, hangs,
# was killed, or never ran.  A look must work then, say which it is, and change
# nothing; and what the page says must be what the program does.
. tests/lib.sh
isolate
. tests/world.sh

# ctl ARG...: output in $T/out, messages in $T/err, status in $status.
ctl() {
	"$B/test/mnemoctl" "$@" >"$T/out" 2>"$T/err"
	status=$?
}
# The state directory as it is: names, sizes, times; -shm holds the marks of
# readers.
state_snapshot() {
	find "$STATE" ! -name '*-shm' -printf '%P %s %T@ %m\n' | LC_ALL=C sort
}
# json KEY: a member of the last document, as SQLite names it.
json() {
	sqlite3 :memory: "select json_extract(readfile('$T/out'), '\$.$1')"
}

world_new
world_fill tests/data/codex
ln -s "$CODEX" "$HOME/.codex"
mkdir -p "$XDG_CONFIG_HOME/mnemod"
echo "now = \"$NOW\"" >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"

ctl status
check "no state: status 6" [ "$status" -eq 6 ]
check "no state: says so" has 'no state is there' "$T/err"
check "no state: none is made" [ ! -e "$STATE" ]

# After a pass, without a supervisor.
mn -1 --yes
cp "$STATE/state.db" "$T/copy.db"
n=$(sqlite3 "$T/copy.db" "select count(*) from jobs")
before=$(state_snapshot)
ctl status
check "stopped: status 0" [ "$status" -eq 0 ]
check "stopped: says that none runs" has '^supervisor: not running' "$T/out"
check "stopped: the publication is there" has '^codex *ours *cooldown' "$T/out"
check "stopped: what is not due is counted" has '^too_young ' "$T/out"
check "stopped: nothing is degraded" has '^degraded: nothing' "$T/out"
ctl jobs
check "stopped: jobs lists stage two" has '^stage two  *codex  *done' "$T/out"
check "stopped: a line for each job" [ "$(wc -l <"$T/out")" -eq $((n + 1)) ]
id=$(sed -n 's/^stage one *\([^ ]*\) .*/\1/p' "$T/out" | tail -n 1)
ctl why "$id"
check "stopped: a key of jobs is enough for why" [ "$status" -eq 0 ]
check "stopped: the rule that decides is named" \
    has '^FAIL  up_to_date' "$T/out"
check "stopped: it is selected" has '^memory codex: selected$' "$T/out"
ctl agents
check "stopped: the agent is listed" has '^[0-9a-f-]*  *codex  *completed ' \
    "$T/out"
check "stopped: who it was" has ' builtin/1 ' "$T/out"
agent=$(sed -n '2s/ .*//p' "$T/out")
ctl show "$agent"
check "stopped: a key of agents is enough for show" [ "$status" -eq 0 ]
check "stopped: what it published" has '^commit: [0-9a-f]\{40\}$' "$T/out"
check "stopped: its calls" has '^write_file .*MEMORY.md' "$T/out"
check "stopped: its audit file" has "^audit: $STATE/agents/$agent" "$T/out"
ctl status
check "stopped: status names the generator" \
    has '^codex *ours .* builtin/1 ' "$T/out"
check "a look changes nothing" [ "$(state_snapshot)" = "$before" ]

# An audit file holds what others wrote: it neither moves the cursor nor
# stands for what mnemod says, and a broken one spoils nothing.
audit=$(ls "$STATE"/agents/"$agent"*.jsonl)
cp "$audit" "$T/audit"
E=$(printf '\033')
{
	printf '%s\n' '{"type":"response_item","payload":{"type":"function_call","name":"e\u001b[2J","call_id":"1","arguments":"a\u202eb\nstatus: completed"}}'
	printf '%s\n' '{"type":"response_item","payload":{"type":"function_call_output","call_id":"1","success":false,"output":"\u001b]0;title\u0007"}}'
	printf '%s\n' '{"type":"violations","payload":{"violations":[{"file":"\u009b1m","line":"x","rule":7},8]}}'
	printf '%s\n' '{"type":"violations","payload":[1]}'
	printf '%s\n' 'no json'
	printf '%s\n' "${E}[31m" '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[' '17' ''
	printf '{"type":"resp'
} >>"$audit"
ctl show "$agent"
check "hostile audit: status 0" [ "$status" -eq 0 ]
check "hostile audit: nothing moves the cursor" has_not "$E" "$T/out"
check "hostile audit: one line for each call" \
    has '^e\\x1b\[2J *refused *a\\u{202e}b\\x0astatus' "$T/out"
check "hostile audit: what cannot be read is counted" \
    has '^5 records of the audit file' "$T/out"
check "hostile audit: violations without a name" \
    has '^violation 1: .*009b}1m:0: ?: ' "$T/out"
ctl show -j "$agent"
check "hostile audit: JSON in ASCII" sh -c \
    '! LC_ALL=C grep -q "[^ -~]" "$1"' sh "$T/out"
rm "$audit"
ln -s "$T/audit" "$audit"
ctl show "$agent"
check "a link for an audit file: the rest is shown" [ "$status" -eq 0 ]
check "a link for an audit file: not followed" has_not '^write_file' "$T/out"
rm "$audit"
mkfifo "$audit"
ctl show "$agent"
check "a pipe for an audit file: not waited for" [ "$status" -eq 0 ]
rm "$audit"
cp -p "$T/audit" "$audit"

# Wrong arguments, unknown ids, a wrong configuration.
for a in "" "stauts" "why" "show" "agents x" "jobs x" "-q" "-s" "extract" "jobs -O" "extract -O x" \
    "accept" "jobs --despite x"; do
	# shellcheck disable=SC2086
	ctl $a
	check "usage: '$a'" [ "$status" -eq 2 ]
done
check "usage: the line is printed" has '^usage: mnemoctl' "$T/err"
ctl stauts
check "usage: the nearest command is named" has 'nearest is status' "$T/err"
ctl why 0000
check "unknown id: status 1" [ "$status" -eq 1 ]
check "unknown id: the nearest is named" has 'the nearest is 01[0-9a-f-]*; ' \
    "$T/err"
full=$(sql "select id from threads where id like '$id%'")
ctl why "$(printf '%s' "${full%?}x")"
check "one digit wrong: the very one is named" has "the nearest is $full" \
    "$T/err"
ctl why "$(printf '%s' "$id" | tr a-f A-F)"
check "an id in capitals is the same" [ "$status" -eq 0 ]
ctl forget -n "$(printf "%.4s" "$id")"
check "forget, ambiguous: status 1" [ "$status" -eq 1 ]
check "forget, ambiguous: candidates" has 'threads begin like this: 01' \
    "$T/err"
ctl forget -n 0000
check "forget, unknown: the nearest" has 'the nearest is 01' "$T/err"
for c in "-m codx history" "check codx" "discard codx"; do
	# shellcheck disable=SC2086
	ctl $c
	check "$c: the memory is named" has 'the nearest\( memory\)\? is codex' \
	    "$T/err"
done
ctl diff 0000
check "unknown commit: the nearest" has 'no such commit; the nearest is [0-9a-f]\{12\};' \
    "$T/err"
ctl why 01
check "ambiguous id: status 1" [ "$status" -eq 1 ]
check "ambiguous id: candidates" has 'threads begin like this: 01' "$T/err"
ctl retry 01
check "retry, ambiguous: status 1" [ "$status" -eq 1 ]
check "retry, ambiguous: candidates" has 'threads begin like this: 01' \
    "$T/err"
ctl why "$agent"
check "why of an agent: status 1" [ "$status" -eq 1 ]
check "why of an agent: says what it is, and who knows it" has \
    "$agent: is an agent; .* see mnemoctl show" "$T/err"
ctl search '... !'
check "search for no word: status 2" [ "$status" -eq 2 ]
check "search for no word: says so" has 'there is no word in that' "$T/err"
ctl search "$(seq -s ' ' 200)"
check "search for too many words: status 2" [ "$status" -eq 2 ]
check "search for too many words: says how many may be" \
    has 'more than [0-9]* words' "$T/err"
ctl show 0000
check "unknown agent: status 1" [ "$status" -eq 1 ]
check "unknown agent: says so" has "no agent's id begins" "$T/err"
check "unknown agent: the nearest" has "the nearest is $agent" "$T/err"
ctl show "$id"
check "a thread is no agent: status 1" [ "$status" -eq 1 ]
ctl why /etc/passwd
check "unknown path: status 1" [ "$status" -eq 1 ]
ctl -o no.such=1 status
check "wrong configuration: status 3" [ "$status" -eq 3 ]
ctl -s "$T/nowhere" jobs
check "other state directory: status 6" [ "$status" -eq 6 ]

# A file that cannot be used gives its reason.
bad=$CODEX/sessions/2026/11/23/rollout-2026-11-23T00-00-00-01a20000-0000-7000-8000-000000000000.jsonl
mkdir -p "$(dirname "$bad")"
: >"$bad"
mn -1 --yes
ctl why "$bad"
check "unusable file: status 0" [ "$status" -eq 0 ]
check "unusable file: its reason" has '^not usable: empty' "$T/out"
ctl status
check "unusable file: counted" has '1 not usable: empty' "$T/out"

# A memory root that somebody else filled.
mv "$ROOT" "$W/memories.away"
mkdir "$ROOT"
echo "# mine" >"$ROOT/NOTES.md"
ctl status
check "foreign root: degraded" has '^degraded: .*memories' "$T/out"
rm -r "$ROOT"
mv "$W/memories.away" "$ROOT"

# Beside a running supervisor.
ready() {
	ctl status -j && [ "$(json supervisor.running)" = 1 ]
}
mn_start
check "running: says so" wait_until 10 ready
# shellcheck disable=SC2154 # set by mn_start
check "running: its pid" [ "$(json supervisor.pid)" -eq "$sup" ]
check "running: one JSON object" [ "$(json command)" = status ]
i=0
while [ $i -lt 200 ] && "$B/test/mnemoctl" status -j >/dev/null; do
	i=$((i + 1))
done
check "running: asked 200 times" [ $i -eq 200 ]
check "running: the supervisor is not disturbed" is_alive "$sup"
# status walked the disk while it held a snapshot of the database, whose log
# could not be emptied for as long as a slow disk took.
ctl pause
ctl resume
"$B/test/mnemoctl" -o crash_at=stop:status.disk.before status >"$T/out" \
    2>&1 &
look=$!
stopped() { [ "$(state_of "$look")" = T ]; }
check "a slow disk: status is at it" wait_until 20 stopped
check "a slow disk: the log of the database can be emptied" \
    [ "$(sqlite3 "$STATE/state.db" 'pragma wal_checkpoint(truncate)')" = \
    '0|0|0' ]
kill -CONT "$look"
wait "$look"
check "a slow disk: status 0" [ $? -eq 0 ]
check "a slow disk: what is on it is told" has '^disk: database' "$T/out"
kill -STOP "$sup"
ctl jobs
check "frozen: answers all the same" [ "$status" -eq 0 ]
kill -KILL "$sup"
wait "$sup"
over() {
	ctl status && has '^supervisor: not running' "$T/out" &&
	    has_not 'still running' "$T/out"
}
check "killed: says that none runs" wait_until 15 over
before=$(state_snapshot)
ctl why "$id"
check "killed: what it left is read" [ "$status" -eq 0 ]
check "killed: and left as it is" [ "$(state_snapshot)" = "$before" ]

# A start is never refused because somebody looks.
check "starts while others look: none is refused" starts_while status

# Terminals.
if command -v script >/dev/null; then
	script -qec "stty cols 50; TERM=xterm '$B/test/mnemoctl' why $id" \
	    /dev/null </dev/null | tr -d '\r' >"$T/tty"
	check "terminal: coloured" has "$(printf '\033')\[32mpass" "$T/tty"
	sed "s/$(printf '\033')\[[0-9]*m//g" "$T/tty" >"$T/plain"
	check "terminal: cut to its width" [ "$(LC_ALL=C.UTF-8 wc -L \
	    <"$T/plain")" -eq 50 ]
	script -qec "NO_COLOR=1 TERM=xterm '$B/test/mnemoctl' status" \
	    /dev/null </dev/null >"$T/tty"
	check "terminal: NO_COLOR" has_not "$(printf '\033')" "$T/tty"
else
	skip "terminal" "script(1) is not installed"
fi
ctl why "$id"
check "no terminal: no colour" has_not "$(printf '\033')" "$T/out"

# The page: options, commands, exit statuses, keys, rules, examples.
page=man/mnemoctl.1
ctl -h
grep -oE -- '--[a-z-]+|^ *-[0-9A-Za-z],' "$T/out" | tr -d ' ,' |
    sort -u >"$T/options"
while IFS= read -r o; do
	case $o in --*) o="Fl -${o#--}" ;; *) o="Fl ${o#-}" ;; esac
	check "page: option $o" grep -q -- "$o\( \|\$\)" $page
done <"$T/options"
check "page: options were found" [ "$(wc -l <"$T/options")" -gt 20 ]
sed -n '/^commands:/,/^See/s/^  \([a-z]*\) .*/\1/p' "$T/out" >"$T/commands"
check "page: commands were found" [ "$(wc -l <"$T/commands")" -ge 3 ]
while IFS= read -r c; do
	check "page: command $c" \
	    [ "$(grep -c "^\.It Ic $c\( \|\$\)" $page)" -eq 2 ]
	check "page: an example of $c" \
	    grep -q "^\$ .*mnemoctl \(-s [^ ]* \)*$c" $page
done <"$T/commands"
sed -n 's/^\.It Ic \([a-z]*\).*/\1/p' $page | sort -u >"$T/documented"
check "page: no command that is not there" \
    [ "$(sort "$T/commands")" = "$(cat "$T/documented")" ]
sed -n 's/^	CTL_[A-Z_]* = \([0-9]*\).*/\1/p' supervisor/mnemoctl/ctl.h |
while IFS= read -r n; do
	sed -n "/^\.Sh EXIT/,/^\.Sh EXAM/{/^\.It $n\$/q0};\$q1" $page ||
	    echo "$n"
done >"$T/missing"
check "page: exit statuses" [ ! -s "$T/missing" ]
for c in status agents "show $agent" jobs history diff audit "remember x" "revert live" \
    usage doctor "search make" "extract -O" "forget -n $id" "why $id" "why $bad"; do
	# shellcheck disable=SC2086
	ctl -j $c
	grep -oE '"[a-z_]+":' "$T/out" | tr -d '":'
	sed -n 's/"refusal"/\n&/gp' "$T/out" |
	    sed -n 's/^"refusal":"\([a-z_]*\)".*/\1/p'
done | sort -u >"$T/keys"
check "page: keys were found" [ "$(wc -l <"$T/keys")" -gt 50 ]
while IFS= read -r k; do
	grep -qE "^\.(Cm|Pq Cm|It Cm)( [a-z_]+)* $k( |\$)" $page || echo "$k"
done <"$T/keys" >"$T/missing"
check "page: every key and rule ($(tr '\n' ' ' <"$T/missing"))" \
    [ ! -s "$T/missing" ]

# What is shown as an example works as it stands.
mkdir -p "$T/bin"
ln -sf "$B/test/mnemoctl" "$T/bin/mnemoctl"
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/s/^\$ //p' $page >"$T/examples"
check "page: examples were found" [ "$(wc -l <"$T/examples")" -ge 4 ]
while IFS= read -r line; do
	PATH=$T/bin:$PATH sh -ec "$line" >"$T/out" 2>&1
	check "example: $line" [ $? -eq 0 ]
done <"$T/examples"

# Another user.
if setpriv --reuid 65534 --clear-groups "$B/test/mnemoctl" -V \
    >/dev/null 2>&1; then
	setpriv --reuid 65534 --clear-groups "$B/test/mnemoctl" -s "$STATE" \
	    -f /dev/null status >"$T/out" 2>"$T/err"
	check "another user: status 6" [ $? -eq 6 ]
	check "another user: says so" has 'only the user who runs' "$T/err"
else
	skip "another user" "needs root, and a tree that others may enter"
fi

# A damaged and a newer database.
sqlite3 "$STATE/state.db" 'pragma user_version = 99'
ctl status
check "newer state: status 6" [ "$status" -eq 6 ]
check "newer state: says so" has 'has version 99' "$T/err"
echo garbage >"$STATE/state.db"
ctl status
check "damaged state: status 6" [ "$status" -eq 6 ]
check "damaged state: left as it is" [ "$(cat "$STATE/state.db")" = garbage ]
finish
