#!/bin/sh
# A socket that anybody may fill, that hangs with one slow client, or that is
# left behind by a kill and then refuses the next start, is worse than none.
# Requests are answered with and without a supervisor, alike; hostile clients
# end themselves; the socket's file is ours alone and goes with us.
. tests/lib.sh
isolate
. tests/world.sh

# Half of what a client has to ask and to read, to be over with it sooner.
[ -n "${SANITIZED:-}" ] || export MNEMOD_TEST_CONTROL_WAIT_MS=5000

SOCK=$W/run/mnemod/control.sock
poke() {
	"$B/test/ctlpoke" "$@" >"$T/poke" 2>&1
	status=$?
}
listening() { [ -S "${1:-$SOCK}" ]; }
answers() { ctl history && ctl -j history && has '"by":"supervisor"' "$T/out"; }

world_new
world_fill tests/data/codex

ctl history
check "no state: status 6" [ "$status" -eq 6 ]
check "no state: none is made" [ ! -e "$STATE" ]

mn -1 --yes
check "a pass leaves no socket" [ ! -e "$SOCK" ]
ctl history
check "none runs: status 0" [ "$status" -eq 0 ]
check "none runs: the publication is listed" has '^[0-9a-f]\{12\} .* Publish ' \
    "$T/out"
check "none runs: nothing else is said" [ ! -s "$T/err" ]
cp "$T/out" "$T/alone"
ctl -j history
check "none runs: -j says who answered" has '"by":"mnemoctl"' "$T/out"
check "none runs: no worker is left" no_orphans mnemod-wspace mnemoctl

# With a supervisor: the same answer.
mn_start
check "running: it listens" wait_until 10 listening
check "running: it answers" wait_until 10 answers
check "running: mode 600" [ "$(stat -c %a "$SOCK")" = 600 ]
check "running: its directory is private" \
    [ "$(stat -c %a "$W/run/mnemod")" = 700 ]
ctl history
cmp -s "$T/out" "$T/alone"
check "running: the same answer" [ $? -eq 0 ]
ctl -v history
check "running: -v says who answered" has 'answered by: supervisor' "$T/err"
(unset XDG_RUNTIME_DIR; "$B/test/mnemoctl" -o now="$NOW" -j history) \
    >"$T/out"
check "running: found without XDG_RUNTIME_DIR" \
    has '"by":"supervisor"' "$T/out"

# What a request may be.
poke "$SOCK" send '{"command":"histori"}'
check "unknown command: the nearest is named" \
    has 'nearest is history' "$T/poke"
poke "$SOCK" send '{"command":"history","args":{"memry":"codex"}}'
check "unknown argument: the nearest is named" \
    has 'nearest is memory' "$T/poke"
for r in '{"command":"history","args":{"memory":7}}' \
    '{"command":"history","args":{"memory":""}}' \
    '{"command":"history","args":[]}' '{"command":7}' '{}' '[]' 'x' '""' \
    '{"command":"history","args":{"memory":"a\u0000b"}}' \
    '{"command":"history"} {}' \
    '[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]' \
    "$(printf '{"command":"history","args":{"memory":"a\377"}}')"; do
	poke "$SOCK" send "$r"
	check "refused: $(printf '%s' "$r" | tr -d '\377')" \
	    has '"error":{"status":2,"reason":"bad_request"' "$T/poke"
done
poke "$SOCK" send '{"command":"history","state":"0:0"}'
check "another state is refused" has 'other_state' "$T/poke"
poke "$SOCK" send "$(printf '{"command":"history","args":{"memory":"\\u001b[31mx"}}')"
check "nothing but printable text comes back" \
    has_not "$(printf '\033')" "$T/poke"
long=$(head -c 70000 /dev/zero | tr '\0' x)
poke "$SOCK" send "{\"command\":\"$long\"}"
check "too long: the connection ends" [ "$status" -eq 1 ]
for n in 0 4294967295 65537; do
	poke "$SOCK" length $n
	check "length $n: the connection ends" [ "$status" -eq 1 ]
done
poke "$SOCK" raw 'GET / HTTP/1.0'
check "another protocol: the connection ends" [ "$status" -eq 1 ]
i=0
while [ $i -lt 50 ]; do
	"$B/test/ctlpoke" "$SOCK" leave '{"command":"history"}'
	i=$((i + 1))
done
check "fifty that left: it answers" answers
# Hostile ones of every kind, each waited for or left: a supervisor that works
# through them one after the other would be seen to.
poke "$SOCK" half '{"command":"history"}' &
half=$!
poke "$SOCK" flood '{"command":"history"}'
check "flood: the connection ends" [ "$status" -eq 1 ]
held=
i=0
while [ $i -lt 20 ]; do
	"$B/test/ctlpoke" "$SOCK" hold '{"command":"diff"}' >>"$T/held" &
	held="$held $!"
	i=$((i + 1))
done
all_sent() { [ "$(count_of sent "$T/held")" -eq 20 ]; }
check "twenty that never read: they asked" wait_until 10 all_sent
check "twenty that never read: it answers" answers
# shellcheck disable=SC2086 # several words
kill $held
# shellcheck disable=SC2086
wait $held 2>/dev/null

# Two hundred at once, then more than it takes.
"$B/test/ctlpoke" "$SOCK" crowd 200 >"$T/crowd" &
crowd=$!
check "a crowd of 200 comes in" wait_until 5 has '^0 not' "$T/crowd"
check "a crowd of 200: it answers" answers
"$B/test/ctlpoke" "$SOCK" crowd 100 >"$T/crowd2" &
crowd2=$!
check "a hundred more come" wait_until 5 has '^0 not' "$T/crowd2"
ctl history
check "too many: status 8" [ "$status" -eq 8 ]
check "too many: it says so" has 'as many clients as it takes' "$T/err"
before=$(fd_count "$sup")
check "a crowd: it is bounded ($before descriptors)" [ "$before" -lt 320 ]
check "a crowd: it answers when their time is over" wait_until 25 answers
check "half a frame: the connection ended by then" is_gone "$half"
wait "$half"
# Nobody sits there for longer than each has for its request.
few() { [ "$(fd_count "$sup")" -lt 64 ]; }
check "a crowd: they are gone ($(fd_count "$sup") descriptors)" \
    wait_until 25 few
kill "$crowd" "$crowd2"
wait "$crowd" "$crowd2" 2>/dev/null

# A prompt that asks every time it is drawn, or a monitor: nothing is begun.
books() {
	sql 'select (select count(*) from jobs), (select count(*) from agents),
	    (select count(*) from model_requests), (select max(last_success_watermark)
	    from jobs)'
}
was=$(books)
workers=$(pids_of mnemod-extract mnemod-wspace mnemod-agent | wc -l)
poke "$SOCK" times 1000 '{"command":"metrics"}'
check "a thousand questions: all are answered" \
    [ "$(count_of '"result"' "$T/poke")" -eq 1000 ]
check "a thousand questions: the books are as they were" [ "$(books)" = "$was" ]
check "a thousand questions: so are the workers ($workers)" [ "$(pids_of \
    mnemod-extract mnemod-wspace mnemod-agent | wc -l)" -eq "$workers" ]
check "a thousand questions: nothing is left open" wait_until 5 few
check "a thousand questions: nothing is logged" has_not 'control socket' "$LOG"
check "all that: the supervisor lives" is_alive "$sup"
check "all that: nothing is said of a bug" has_not 'BUG\|bug' "$LOG"
if setpriv --reuid 65534 --clear-groups "$B/test/ctlpoke" x y \
    >/dev/null 2>&1 || [ $? -eq 2 ]; then
	chmod 711 "$W/run" "$W/run/mnemod"
	chmod 666 "$SOCK"
	setpriv --reuid 65534 --clear-groups "$B/test/ctlpoke" "$SOCK" send \
	    '{"command":"history"}' >"$T/poke" 2>&1
	check "another user gets no answer" [ $? -ne 0 ]
	chmod 700 "$W/run" "$W/run/mnemod"
else
	skip "another user" "needs root"
fi
mn_stop
check "orderly end: the socket is gone" [ ! -e "$SOCK" ]

# While an agent is at work: a question is answered, a change waits; one whose
# asker leaves is forgotten.
ctl remember "Something new"
mn_start -o agent_hold_ms=4000
check "at work: it listens" wait_until 10 listening
kill -USR1 "$sup"
check "at work: the agent runs" wait_until 20 agent_up
ctl history
check "at work: a question is answered" [ "$status" -eq 0 ]
check "at work: while the agent runs" agent_up
"$B/test/mnemoctl" -o now="$NOW" remember "Left alone" >/dev/null 2>&1 &
leaver=$!
: >"$T/err"
"$B/test/mnemoctl" -o now="$NOW" remember "Waited for" >"$T/out" 2>"$T/err" &
waiter=$!
check "at work: a change is told to wait" \
    wait_until 5 has 'an agent is at work' "$T/err"
kill "$leaver"
wait "$leaver" 2>/dev/null
wait "$waiter"
check "at work: and is done after" [ $? -eq 0 ]
check "at work: the note is there" \
    sh -c 'ls "$1" | grep -q waited-for' sh "$ROOT/extensions/ad_hoc/notes"
check "at work: a request that was taken back is not done" \
    sh -c '! ls "$1" | grep -q left-alone' sh "$ROOT/extensions/ad_hoc/notes"
mn_stop

# Killed: the next start takes the place.
mn_start
check "again: it listens" wait_until 10 listening
kill -KILL "$sup"
wait "$sup" 2>/dev/null
check "killed: the socket stays" [ -S "$SOCK" ]
ctl -j history
check "killed: mnemoctl answers itself" has '"by":"mnemoctl"' "$T/out"
mn_start
check "killed: the next start answers" wait_until 15 answers
mn_stop
check "killed: and removes it" [ ! -e "$SOCK" ]

# Something else at that path.
mkdir -p "$W/run/mnemod"
echo "not a socket" >"$SOCK"
mn_start
check "foreign file: the state directory is the place" \
    wait_until 10 listening "$STATE/control.sock"
check "foreign file: it answers" wait_until 10 answers
check "foreign file: it is named" has 'no socket of ours' "$LOG"
check "foreign file: it is left alone" [ "$(cat "$SOCK")" = "not a socket" ]
mn_stop
check "foreign file: still" [ "$(cat "$SOCK")" = "not a socket" ]
rm "$SOCK"
rmdir "$W/run/mnemod"
ln -s "$T" "$W/run/mnemod"
mn_start
check "a link for a directory: not followed" \
    wait_until 10 listening "$STATE/control.sock"
mn_stop
rm "$W/run/mnemod"

# Paths longer than an address holds; no runtime directory.
deep=$W/$(printf '%0120d' 0)
mkdir -p "$deep"
(
	unset XDG_RUNTIME_DIR
	cp -R "$STATE" "$deep/state"
	mn_start -s "$deep/state"
	wait_until 10 listening "$deep/state/control.sock" || exit 1
	wait_until 10 "$B/test/mnemoctl" -o now="$NOW" -s "$deep/state" \
	    history >/dev/null 2>&1 || exit 2
	"$B/test/mnemoctl" -o now="$NOW" -s "$deep/state" -j history |
	    grep -q '"by":"supervisor"' || exit 3
	mn_stop
	[ ! -e "$deep/state/control.sock" ] || exit 4
)
check "a long path, no XDG_RUNTIME_DIR ($?)" [ $? -eq 0 ]

# Whoever asks does not keep a supervisor from starting.
check "starts while others ask: none is refused" starts_while history
check "a damaged lock file is no trouble" sh -c \
    'printf "x\ny" >"$1/lock"; "$2" -s "$1" history >/dev/null' \
    sh "$STATE" "$B/test/mnemoctl"
world_clean "all"
check "no mnemoctl is left" wait_until 5 no_orphans mnemoctl
finish
