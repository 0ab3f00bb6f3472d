#!/bin/sh
# The configuration and the command line as the program takes them: an error
# must end it with the promised status before anything is started or written,
# and what -n prints must be a file that means the same.
. tests/lib.sh
. tests/world.sh
isolate
world_new

# run ARG...: status in $st, output in $T/out, log in $T/err.
run() {
	st=0
	"$MNEMOD" "$@" >"$T/out" 2>"$T/err" </dev/null || st=$?
}

said() {
	grep -qF -- "$1" "$T/err"
}

untouched() {
	[ ! -e "$W/state" ] && [ ! -e "$ROOT" ] &&
	    [ "$(find "$CODEX" | wc -l)" -eq 1 ]
}

# No message could name what lies there.
HOME=$(printf '%s/h\377' "$W") "$B/test/mnemod" -n >"$T/out" 2>&1
check "a home that is not UTF-8: status 3" [ $? -eq 3 ]
check "a home that is not UTF-8: what to do" has 'not UTF-8; set HOME' "$T/out"

# What is effective, and again from what was printed.
run -n
check "-n without a file: status 0" [ "$st" -eq 0 ]
check "-n: the default memory root" \
    grep -qxF "	root = \"$CODEX/memories\"" "$T/out"
check "-n: the default state directory" \
    grep -qxF "state = \"$W/state/mnemod\"" "$T/out"
cp "$T/out" "$T/one"
check "what -n printed is read from standard input" \
    sh -c "'$MNEMOD' -n -f - <'$T/one' >'$T/two'"
check "and means the same" cmp -s "$T/one" "$T/two"
for f in tests/data/conf/good-*.conf; do
	run -n -f "$f"
	cp "$T/out" "$T/one"
	check "$(basename "$f"): printed and read again" \
	    sh -c "[ $st -eq 0 ] && '$MNEMOD' -n -f '$T/one' | cmp -s - '$T/one'"
done

# The default file, and one key over it.
mkdir -p "$XDG_CONFIG_HOME/mnemod"
echo 'scan_interval = 77' >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"
run -n
check "the file in XDG_CONFIG_HOME is read" \
    grep -qx 'scan_interval = 77' "$T/out"
run -n -o scan_interval=78 -o memory.codex.root=/srv/m -s /srv/state
check "-o overrides it" grep -qx 'scan_interval = 78' "$T/out"
check "-o reaches a key of a titled section" \
    grep -qx '	root = "/srv/m"' "$T/out"
check "-s is the state directory" grep -qx 'state = "/srv/state"' "$T/out"
# shellcheck disable=SC2016
SECRET=flows run -n -o 'metrics_file=/x/${SECRET}'
# shellcheck disable=SC2016
check "the environment does not flow into values" \
    grep -qxF 'metrics_file = "/x/${SECRET}"' "$T/out"
rm "$XDG_CONFIG_HOME/mnemod/mnemod.conf"

# A wrong configuration: status 3, the place, nothing started or written.
for f in tests/data/conf/bad-*.conf; do
	want=$(LC_ALL=C sed -n '1s/^# expect: //p' "$f")
	run -1 -f "$f"
	check "$(basename "$f"): status 3 and the message" \
	    sh -c "[ $st -eq 3 ] && grep -qF -- \"\$1\" '$T/err' &&
		grep -q '^mnemod: .*$f' '$T/err'" sh "$want"
done
check "nothing was written" untouched
run -1 -f "$W/none.conf"
check "a file that was named must be there: status 3" [ "$st" -eq 3 ]
check "and is named" said "$W/none.conf: cannot be read: No such file"
run -n -f -
check "standard input at its end is no configuration: status 3" \
    [ "$st" -eq 3 ]
run -1 -o scan_intervall=3
check "an unknown key in -o: status 3" [ "$st" -eq 3 ]
check "with the nearest name" said "expected scan_interval?"
run -1 -o use_provider=openai
check "a provider that is not there: status 3" [ "$st" -eq 3 ]
run -n -f tests/data/conf/bad-two-errors.conf
check "two wrong values are named at once" \
    [ "$(grep -c 'bad-two-errors.conf:[23]: ' "$T/err")" -eq 2 ]
run -n -f tests/data/conf/bad-escape.conf
check "no escape sequence reaches the terminal" \
    sh -c "! LC_ALL=C grep -q '$(printf '\033')' '$T/err'"

# The command line.
run --frobnicate
check "an unknown option: status 2" [ "$st" -eq 2 ]
check "and the usage" said 'usage: mnemod [-1hnVv] [-f file]'
run -1 -n
check "two things to do: status 2" [ "$st" -eq 2 ]
run -n --adopt=codec
check "--adopt of no memory: status 2" [ "$st" -eq 2 ]
check "and the nearest" said 'no such memory; the nearest is codex'
run -1 left over
check "words without an option: status 2" [ "$st" -eq 2 ]
run -h
check "-h: status 0, the help on standard output" \
    sh -c "[ $st -eq 0 ] && grep -q -- --dry-run '$T/out'"
run -V
check "-V: status 0, the version" grep -qE '^mnemod [0-9]+\.[0-9]' "$T/out"
if "$B/mnemod" -n -o crash_at=x >"$T/out" 2>"$T/err"; then st=0; else st=$?; fi
check "crash_at is for test builds only: status 3" \
    sh -c "[ $st -eq 3 ] && grep -q 'test builds only' '$T/err'"
check "still nothing was written" untouched

finish
