#!/bin/sh
# What a manual shows is typed before the rest of it is read.  Every example of
# mnemod.8 works as it stands, in this order (those of mnemoctl.1: t-mnemoctl),
# and every command of mnemoctl has one.
. tests/lib.sh
isolate
. tests/world.sh

"$B/mnemoctl" -h | sed -n '1,/^commands:/d; s/^  \([a-z-]*\).*/\1/p' \
    >"$T/commands"
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/s/^\$ //p' man/mnemoctl.1 >"$T/examples"
check "commands were found" [ "$(wc -l <"$T/commands")" -gt 15 ]
while IFS= read -r c; do
	check "mnemoctl.1 has an example of $c" \
	    grep -qE "\bmnemoctl (-[a-z] [^ ]+ )*$c\b" "$T/examples"
done <"$T/commands"

# Programs and folders are where the manual has them: below a home.
world_new
unset CODEX_HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_DATA_HOME
CODEX=$W/home/.codex
mkdir -p "$CODEX" "$W/tmp" "$T/bin"
world_fill tests/data/codex
for p in mnemod mnemoctl; do
	ln -s "$B/test/$p" "$T/bin/$p"
done
PATH=$T/bin:$PATH
# "Now" is what the sessions are made for.
mkdir -p "$W/home/.config/mnemod"
echo "now = \"$NOW\"" >"$W/home/.config/mnemod/mnemod.conf"

# One file for each display, without what is no example.
awk -v to="$T/example" '/^\.Sh/ { on = $2 == "EXAMPLES" } !on { next }
    /^\.Bd/ { n++ } /^\$ / { print substr($0, 3) >to "." n }' man/mnemod.8
check "examples were found" [ "$(cat "$T"/example.* | wc -l)" -gt 9 ]
for n in 1 2 3 4 5 6; do
	# Elsewhere than in everybody's /tmp; one file where many match.
	sed "s,/tmp/,$W/tmp/,g; s,rollout-\*.jsonl,rollout-*ced5c12.jsonl," \
	    "$T/example.$n" >"$T/script"
	case $n in
	2) # Signals are for one that has begun.
		up='ps -o args= --ppid $! | grep -q "mnemod: extract"'
		sed -i "1a until $up; do sleep 0.1; done" "$T/script"
		echo 'wait %1' >>"$T/script" ;;
	5) # Another program's folder.
		rm -rf "$CODEX/memories" "$W/home/.local"
		mkdir "$CODEX/memories"
		echo "# notes" >"$CODEX/memories/MEMORY.md" ;;
	esac
	# Jobs by number are an interactive shell's.
	bash -emc ". '$T/script'" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	check "example $n: $(head -n 1 "$T/example.$n")" [ $status -eq 0 ]
	[ $status -eq 0 ] || cat "$T/script" "$T/out" "$T/err"
	case $n in
	1) check "it published" [ -s "$CODEX/memories/MEMORY.md" ] ;;
	2) check "workers were shown" has 'mnemod: extract' "$T/out" ;;
	3) check "a text was printed" [ "$(wc -c <"$T/out")" -eq 300 ] ;;
	4) check "it published elsewhere" [ -s "$W/tmp/memory/MEMORY.md" ] ;;
	5) check "it was taken over" has '# notes' "$CODEX/memories/MEMORY.md" ;;
	6)
		check "the state is gone" [ ! -e "$W/home/.local/state/mnemod" ]
		check "the folder is not" [ -s "$CODEX/memories/MEMORY.md" ] ;;
	esac
done
check "these are all" [ ! -e "$T/example.7" ]
check "no process is left" wait_until 12 no_orphans mnemod mnemod-extract \
    mnemod-agent mnemod-wspace
finish
