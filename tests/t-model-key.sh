#!/bin/sh
# A key in the environment of a process that reads strangers' transcripts, in
# a command line, a log or a backup of the state directory is a key that is
# lost.  It is looked for everywhere while a request is under way, and after.
# shellcheck disable=SC2154 # mn_start sets sup
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/model.sh

# in_proc FILE: processes, but for the server and this test, whose FILE of
# /proc holds the key.
in_proc() {
	for d in /proc/[0-9]*; do
		case ${d#/proc/} in "$$" | "$model") continue ;; esac
		IFS= read -r _comm 2>/dev/null <"$d/comm" || continue
		case $_comm in mnemod*) ;; *) continue ;; esac
		grep -aqs "$KEY" "$d/$1" && printf '%s ' "$_comm"
	done
}
asked() { [ -s "$REQ" ]; }
limit_is() { grep -Eq "^$2 +$3 +$3 " "/proc/$1/limits"; }

# trial NAME: a request is held back; look.  Then let it go, with an error
# that quotes the key and everything else, and an answer that does, too.
trial() {
	rm -f "$T/go"
	mn_start -1 --yes -v
	check "$1: it is asked" wait_until 20 asked
	check "$1: the key is in no command line" [ -z "$(in_proc cmdline)" ]
	check "$1: in no title" [ -z "$(in_proc comm)" ]
	in_proc environ >"$T/environ"
	check "$1: in no environment ($(cat "$T/environ"))" [ ! -s "$T/environ" ]
	for p in $(pids_of mnemod-gateway mnemod-extract); do
		check "$1: no core of $(cat "/proc/$p/comm")" \
		    limit_is "$p" "Max core file size" 0
	done
	check "$1: in no file while it runs" [ -z "$(grep -rl "$KEY" "$W")" ]
	: >"$T/go"
	wait "$sup"
	check "$1: it is answered" [ $? -eq 0 ]
	check "$1: in no file afterwards" [ -z "$(grep -rl "$KEY" "$W" |
	    grep -v "$T/world/home/key$")" ]
	check "$1: sent in one header of each request" [ "$(grep -o "$KEY" \
	    "$REQ" | wc -l)" -eq "$(wc -l <"$REQ")" ]
	world_clean "$1"
}

set_up() {
	world_new
	session 1 2026-11-22T10:00:00Z
	model_start \
	    "hold=$T/go status=503 header='Retry-After-Ms: 20' message='\$KEY \$BODY'" \
	    "failed=server_error message='try again in 20ms: \$KEY'" \
	    "answer='{\"rollout_summary\":\"the key is \$KEY\",\"rollout_slug\":\"\$KEY\",\"raw_memory\":\"\$KEY\"}'"
}

for api in responses messages; do
	set_up
	model_conf "$api"
	trial "$api, from the environment"
	model_stop
done

# From a file: then it is in the supervisor's environment neither.
set_up
printf '%s\n' "$KEY" >"$W/home/key"
chmod 600 "$W/home/key"
model_conf responses
sed -i "s|key_env = .*|key_file = \"$W/home/key\"|" \
    "$XDG_CONFIG_HOME/mnemod/mnemod.conf"
unset FAKE_KEY
rm -f "$T/go"
mn_start -1 --yes -v
check "from a file: it is asked" wait_until 20 asked
check "from a file: in no environment at all" [ -z "$(in_proc environ)" ]
check "from a file: in no command line" [ -z "$(in_proc cmdline)" ]
: >"$T/go"
wait "$sup"
check "from a file: it is answered" [ $? -eq 0 ]
check "from a file: it is in that file alone" [ "$(grep -rl "$KEY" "$W")" = \
    "$W/home/key" ]
chmod 644 "$W/home/key"
rm -rf "$STATE"
mn -1 --yes
check "from a file that others may read: refused" [ $? -ne 0 ]
check "from a file that others may read: said" has "home/key" "$LOG"
check "no gateway is left" wait_until 12 no_orphans mnemod mnemod-gateway
model_stop
finish
