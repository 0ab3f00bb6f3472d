# crash.sh: kill -9 at a crash point, start again, compare.  Read after
# world.sh.  A test brings
#
#	scene		function: a fresh world, ready for the pass to be killed
#	want		what root_digest says after an undisturbed pass over it
#	total		stage-one jobs done by that pass
#	since		when it began, in seconds; empty: count all jobs
#
# shellcheck shell=sh disable=SC2154

outputs() {
	sql "select count(*) from jobs where kind = 'memory_stage1' and
	    status = 'done' and finished_at >= ${since:-0}"
}

# Restart after a crash, sometimes at once, while an orphan may still live;
# the result must be the undisturbed one.
restarted() {
	[ -n "${at_once:-}" ] ||
	    check "$1: the workers are gone" wait_until 12 no_orphans \
		mnemod mnemod-extract mnemod-agent mnemod-wspace
	done=0
	[ ! -f "$STATE/state.db" ] || done=$(outputs 2>/dev/null || echo 0)
	was=$NOW
	# A worker that died cost its job a retry, an hour away.
	[ -z "${later:-}" ] || NOW=$LATER
	mn -1 --yes
	status=$?
	NOW=$was
	check "$1: the restart exits 0" [ $status -eq 0 ]
	claimed=$(sed -n 's/.*stage one: \([0-9]*\) claimed.*/\1/p' "$LOG")
	check "$1: nothing is extracted twice" \
	    [ $((claimed + done)) -eq "$total" ]
	check "$1: the folder is that of an undisturbed run" \
	    [ "$(root_digest)" = "$want" ]
	world_clean "$1"
}

stopped() {
	for _p in $(pids_of mnemod mnemod-wspace mnemod-agent mnemod-extract); do
		[ "$(state_of "$_p")" != T ] || echo "$_p"
	done
}
stopped_or_over() {
	[ -n "$(stopped)" ] || is_gone "$sup"
}

# crash POINT WHOM: the process stops at the point, then the supervisor, the
# process itself ("worker"), or both are killed.
crash() {
	scene
	mn_start -1 --yes -o crash_at="stop:$1"
	wait_until 20 stopped_or_over
	victim=$(stopped)
	if [ -z "$victim" ]; then
		wait "$sup"
		return 1
	fi
	case $2 in
	supervisor) kill -9 "$sup" ;;
	worker)
		# Recovery may come by the same point.
		while is_alive "$sup"; do
			for v in $(stopped); do kill -9 "$v"; done
			sleep 0.02
		done
		;;
	both) kill -9 "$sup" "$victim" 2>/dev/null ;;
	esac
	wait "$sup" 2>/dev/null
	restarted "crash at $1, $2 killed"
}

# crash_each WAYS POINT...: each in so many of three ways, in turn (1 to 3);
# the number that was come by in $hit.  Sanitizers leave time for one.
crash_each() {
	ways=$1
	shift
	[ -z "${SANITIZED:-}" ] || ways=1
	hit=0 turn=0
	for p; do
		tried=0
		while [ "$tried" -lt "$ways" ]; do
			tried=$((tried + 1)) turn=$((turn + 1))
			case $((turn % 3)) in
			0) at_once=yes crash "$p" supervisor ;;
			1) crash "$p" both ;;
			2) later=yes crash "$p" worker ;;
			esac || break
		done
		if [ "$tried" -eq "$ways" ]; then
			hit=$((hit + 1))
		else
			echo "note: $p is not on the way"
		fi
	done
}

# Names of all crash points that match the pattern (default: all).
crash_points() {
	make -s --no-print-directory B="$B" crash-points | grep -E "${1:-.}"
}
