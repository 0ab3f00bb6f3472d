#!/bin/sh
# A command that came later and that Tab does not know is one that nobody
# finds.  What the shells offer is held against the help of the programs.
. tests/lib.sh
isolate
. tests/world.sh

PATH=$B/test:$PATH
world_new
world_fill tests/data/codex
mn -1 --yes -s "$W/my state"

# Options and commands as the help has them, read in another way than the
# completions do.
for p in mnemod mnemoctl; do
	$p -h >"$T/$p.help"
	sed -n '/^commands:/q; s/^ *\(-[0-9A-Za-z], \)*\(--[a-z-]*\).*/\1\2/p' \
	    "$T/$p.help" | sed 's/, /\n/' | sort >"$T/$p.options"
	check "$p: options were found" [ "$(wc -l <"$T/$p.options")" -gt 15 ]
done
awk '/^commands:/ { on = 1; next } /^  / && on { print $1 }' \
    "$T/mnemoctl.help" | sort >"$T/commands"
check "commands were found" [ "$(wc -l <"$T/commands")" -gt 15 ]
grep -rhoE '\.name = "[a-z-]+"' supervisor/mnemoctl/*.c | cut -d'"' -f2 |
    sort >"$T/table"
check "they are those of the table" cmp -s "$T/table" "$T/commands"

# same NAME FILE: what was offered, $T/offered, is what this file has.
same() {
	sort "$T/offered" | diff "$2" - >"$T/diff"
	check "$1: all of them and no other" [ $? -eq 0 ]
	cat "$T/diff"
}

# offers "sentence" WORD: it is among what was offered.
offers() {
	check "$1" grep -Fqx -- "$2" "$T/offered"
}

agent=$(sqlite3 -readonly "$W/my state/state.db" \
    'select thread_id from agents limit 1')
thread=$(sqlite3 -readonly "$W/my state/state.db" \
    "select thread_id from stage1_outputs limit 1")
mkdir -p "$W/cwd/folder"
: >"$W/cwd/file"

# bash: complete WORD...: Tab after the last word.
cat >"$T/bash" <<'EOT'
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
type -t _mnemod >/dev/null || exit 1
_mnemod "$1"
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
EOT
tab() {
	(cd "$W/cwd" && bash "$T/bash" "$HERE/supervisor/dist/mnemod.bash" \
	    "$@" >"$T/offered" 2>"$T/said")
	check "bash, $*: silent" [ ! -s "$T/said" ]
}
HERE=$PWD
for p in mnemod mnemoctl; do
	tab $p -
	same "bash, options of $p" "$T/$p.options"
done
tab mnemoctl ""
same "bash, commands" "$T/commands"
tab mnemoctl -j sta
offers "bash: a command after an option" status
tab mnemoctl -s "$W/my state" sho
offers "bash: a command after an option with its argument" show
tab mnemoctl --state = fo
offers "bash, --state=: a directory" folder
tab mnemod -s ""
offers "bash, -s: a directory" folder
check "bash, -s: no file" has_not '^file$' "$T/offered"
tab mnemod --config fil
offers "bash, --config: a file" file
tab mnemoctl -s "$W/my state" show ""
offers "bash, show: an agent" "$agent"
tab mnemoctl -s "$W/my state" why ""
offers "bash, why: a thread" "$thread"
offers "bash, why: a file" file
tab mnemoctl -s "$W/my state" -m c
offers "bash, -m: a memory" codex
tab mnemoctl -s "$W/my state" audit ""
offers "bash, audit: a memory" codex
tab mnemoctl -s "$W/nowhere" show ""
check "bash, no state: nothing" [ ! -s "$T/offered" ]
tab mnemoctl status ""
check "bash, a command without argument: nothing" [ ! -s "$T/offered" ]
tab "$W/nowhere/mnemoctl" ""
check "bash, no such program: nothing" [ ! -s "$T/offered" ]
check "nothing was made by asking" [ ! -e "$W/nowhere" ]

# zsh: what is handed to the functions that show it.
if ! command -v zsh >/dev/null; then
	skip "zsh" "zsh is not installed"
	finish
fi
cat >"$T/zsh" <<'EOT'
file=$1
shift
_arguments() { [[ $1 == -s ]] && shift; print -rl -- ${(M)@:#-*}; state=$WANT; line=($words[2,-1]); }
_describe() { print -rl -- ${${(P)4}%%:*}; }
_files() { print -r -- "files $*"; }
compadd() { shift; print -rl -- "$@"; }
words=("$@") CURRENT=$#
. $file
EOT
ztab() {
	WANT=$1
	shift
	WANT=$WANT zsh -f "$T/zsh" supervisor/dist/_mnemod "$@" \
	    >"$T/offered" 2>"$T/said"
	check "zsh, $*: silent" [ ! -s "$T/said" ]
}
for p in mnemod mnemoctl; do
	ztab none $p ""
	grep ': _mnemod_fill' "$T/offered" | wc -l >"$T/filled"
	grep -E -- '--[a-z-]+ [a-z=]+  ' "$T/$p.help" | sed 's/--.*/--/' |
	    grep -oE -- '-[A-Za-z0-9]|--' | wc -l >"$T/want"
	check "zsh, $p: each argument of an option is filled" \
	    cmp -s "$T/want" "$T/filled"
	sed -i 's/[+=]*\[.*//' "$T/offered"
	same "zsh, options of $p" "$T/$p.options"
done
ztab command mnemoctl ""
sed -i '/^-/d' "$T/offered"
same "zsh, commands" "$T/commands"
ztab argument mnemoctl check ""
offers "zsh, check: a directory" "files -/"
finish
