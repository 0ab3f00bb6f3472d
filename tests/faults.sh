# faults.sh: programs whose calls fail, by tests/shim.so.  Read after world.sh.
#
#	calls	faults	how many calls were counted, how many failed
#
# shellcheck shell=sh disable=SC2034,SC2154

ALL=mnemod,mnemod-gateway,mnemod-extract,mnemod-agent,mnemod-wspace,mnemoctl

# without PROGRAMS CALLS ERRORS WHEN COMMAND...: see tests/shim.h.  The exit
# status is in $status.
without() {
	rm -f "$T/seen"
	(
		export LD_PRELOAD="$B/test/shim.so" SHIM_SEEN="$T/seen"
		export SHIM_IN="$1" SHIM_FAIL="$2 $3 $4"
		shift 4
		"$@"
	)
	status=$?
	read -r calls faults <<-END
	$(od -An -tu8 "$T/seen")
	END
}

# a_pass: with nothing that changes from one to the next.
a_pass() {
	timeout -s KILL 120 "$MNEMOD" -o now="$NOW" -1 --yes 2>"$LOG"
}

# some OF [HOW_MANY]: numbers from 1 to OF: so many, evenly spread, or all of
# them where EVERY is set (make check-long).
some() {
	_step=$(($1 / ${2:-10}))
	[ -z "${EVERY:-}" ] && [ "$_step" -gt 1 ] || _step=1
	seq $(((_step + 1) / 2)) "$_step" "$1"
}

# made: what an undisturbed pass and one that was tried twice give alike.
made() {
	root_digest | grep -v 'MEMORY.md\|memory_summary.md'
}

# no_process: nothing of ours is left, not even a zombie.
no_process() {
	no_orphans mnemod mnemod-extract mnemod-agent mnemod-wspace \
	    mnemod-gateway mnemoctl
}
