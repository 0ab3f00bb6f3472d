#!/bin/sh
# Row 57.  A disk that is full, fails or turns read-only in the middle: peers truncated
# the memory file to nothing, or took the half-written one for good.  Ours says
# what is wrong, changes nothing that it cannot finish, and the next pass on a
# healthy disk gives the folder of an undisturbed run.
. tests/lib.sh
isolate
. tests/world.sh
export MNEMOD_TEST_GRACE_MS=1000

# Small disks are what is tried: nothing is to wait for more room.
small_disks() {
	mkdir -p "$W/config/mnemod"
	echo 'min_free_mb = 0' >"$W/config/mnemod/mnemod.conf"
}

fresh() {
	umount "$W/state" "$CODEX" 2>/dev/null
	world_new
	small_disks
}

# on_tmpfs DIR SIZE: an empty file system of that size.
on_tmpfs() {
	mkdir -p "$1"
	mount -t tmpfs -o "size=$2,mode=700" tmpfs "$1"
}

# A pass that may fail, but in order: a documented status, a reason, no
# process left.
disturbed() {
	case $status in
	0) ok "$1: it got through" ;;
	1 | 6 | 7 | 8) check "$1: status $status comes with a reason" \
	    has 'mnemod: ' "$LOG" ;;
	*) not_ok "$1: status $status: $(tail -n 2 "$LOG")" ;;
	esac
	check "$1: no process is left" wait_until 12 no_orphans \
	    mnemod mnemod-extract mnemod-agent mnemod-wspace
}

# What it takes to go on after the retry delay.
healed() {
	NOW=2026-11-23T14:00:00Z
	mn -1 --yes
	status=$?
	NOW=2026-11-23T12:00:00Z
	check "$1: the next pass succeeds" [ $status -eq 0 ]
	check "$1: the folder is that of an undisturbed run" \
	    [ "$(contents)" = "$want" ]
	world_clean "$1"
}

# A group that came with a later publication stands at another place, so lines
# are compared without their order.
contents() {
	(cd "$ROOT" && for f in $(find . -type f ! -name '.*' | LC_ALL=C sort); do
		echo "$f $(LC_ALL=C sort "$f" | sha256sum)"
	done)
}

world_new
world_fill tests/data/codex
mn -1 --yes
want=$(contents)
need=$(du -sk "$STATE" | cut -f1)
check "the undisturbed run published" [ -n "$want" ]

if ! { on_tmpfs "$W/try" 64k && umount "$W/try"; } 2>/dev/null; then
	skip "full and read-only disks" "no right to mount"
	finish
fi

# The state's disk is full: from nothing to almost enough.
for size in 16 128 256 384 512 640 768 896; do
	kb=$((need * size / 1024))
	fresh
	on_tmpfs "$W/state" "${kb}k"
	world_fill tests/data/codex
	mn -1 --yes
	status=$?
	disturbed "state on a disk of $kb kB"
	mount -o remount,size=64m "$W/state"
	healed "state on a disk of $kb kB"
done

# It fills up before a recovery: a supervisor that stays once gave the memory
# up for good, and ended, over a disk that was full for a minute.
fresh
on_tmpfs "$W/state" 64m
world_fill tests/data/codex
mn -1 --yes
NOW=2026-11-23T16:00:00Z
mn_start -1 --yes -o crash_at=stop:publish.next.after
halfway() { [ "$(state_of "$(pids_of mnemod-wspace | head -n 1)")" = T ]; }
check "full at recovery: killed halfway" wait_until 20 halfway
# shellcheck disable=SC2154 # set by mn_start
kill -9 "$sup" "$(pids_of mnemod-wspace | head -n 1)"
wait "$sup" 2>/dev/null
wait_until 12 no_orphans mnemod-extract mnemod-agent mnemod-wspace
{
	echo '# Task Group: mine'
	head -c 600000 /dev/urandom | base64
} >>"$ROOT/MEMORY.md"
avail=$(df -k --output=avail "$W/state" | tail -n 1)
dd if=/dev/zero of="$W/state/ballast" bs=1k count=$((avail - 300)) 2>/dev/null
mn_start --yes
check "full at recovery: it is said, and when it is tried again" \
    wait_until 20 has 'No space left on device.*at the next pass' "$LOG"
rm "$W/state/ballast"
kill -USR1 "$sup"
check "full at recovery: the next pass takes it up" \
    wait_until 20 has 'an interrupted publication left' "$LOG"
check "full at recovery: what was edited meanwhile is there" \
    has '^# Task Group: mine' "$ROOT/MEMORY.md"
check "full at recovery: the supervisor stayed" is_alive "$sup"
kill -TERM "$sup"
wait "$sup"
check "full at recovery: it stops in order" [ $? -eq 0 ]
NOW=2026-11-23T12:00:00Z
world_clean "full at recovery"

# The memory root's disk is full: what is there may not be lost.
fill() {
	# Leave $1 kB free for the publication.
	dd if=/dev/zero of="$CODEX/ballast" bs=1k count=65536 2>/dev/null
	truncate -s -"${1}k" "$CODEX/ballast"
}
for kb in 0 8 24 40 56; do
	fresh
	on_tmpfs "$CODEX" 8m
	world_fill tests/data/codex
	mkdir "$ROOT"
	fill "$kb"
	mn -1 --yes
	status=$?
	disturbed "root with $kb kB free"
	rm "$CODEX/ballast"
	healed "root with $kb kB free"
done

# The file system finds an error and turns read-only in the middle of a run:
# what was not on the disk by then is gone, as after a power cut.
on_ext4() {
	mkdir -p "$1"
	dd if=/dev/zero of="$T/ext4" bs=1M count=48 2>/dev/null
	mkfs.ext4 -q -F "$T/ext4" && mount -o loop,errors=remount-ro "$T/ext4" "$1"
}
break_fs() {
	dev=$(sed -n "s,^/dev/\(loop[0-9]*\) $1 .*,\1,p" /proc/mounts)
	echo 1 >"/sys/fs/ext4/$dev/trigger_fs_error"
}
for dir in "$W/state" "$CODEX"; do
	name=${dir##*/}
	fresh
	if ! on_ext4 "$dir" 2>/dev/null; then
		skip "$name turned read-only" "no right to mount a file"
		continue
	fi
	world_fill tests/data/codex
	rmdir "$dir/lost+found"
	sync -f "$dir"
	mn_start -1 --yes -o agent_hold_ms=1500
	wait_until 20 agent_up
	break_fs "$dir"
	# shellcheck disable=SC2154 # set by mn_start
	wait "$sup"
	status=$?
	disturbed "$name turned read-only"
	check "$name turned read-only: that is no success" \
	    [ "$status" -ne 0 ]
	umount "$dir"
	e2fsck -fy "$T/ext4" >/dev/null 2>&1
	mount -o loop "$T/ext4" "$dir"
	healed "$name turned read-only"
done
fresh

# EIO: the call fails once in each process, at its n-th time there, wherever
# that is.
if ! command -v strace >/dev/null; then
	skip "input and output errors" "strace is not installed"
	finish
fi
if [ -n "${SANITIZED:-}" ]; then
	skip "input and output errors" "the sanitizers' own calls fail too"
	finish
fi

# fails CALL N "what" STRACE-ARG...: a pass with that fault, then a whole one.
fails() {
	call=$1 n=$2 what=$3
	shift 3
	fresh
	world_fill tests/data/codex
	timeout -s KILL 120 strace -qq -f -o "$T/calls" -e "trace=$call" \
	    -e "inject=$call:error=EIO:when=$n" "$@" "$MNEMOD" \
	    -o now="$NOW" -1 --yes 2>"$LOG"
	status=$?
	disturbed "$what"
	check "$what: it happened" has '(INJECTED)' "$T/calls"
	case $call in
	fsync | renameat2)
		check "$what: it is said" has 'Input/output error' "$LOG"
		check "$what: that is no success" [ "$status" -ne 0 ]
		;;
	esac
	healed "$what"
}

fresh
world_fill tests/data/codex
strace -qq -f -o "$T/pass" -e trace=fdatasync,pwrite64,fsync,renameat2 \
    "$MNEMOD" -o now="$NOW" -1 --yes 2>"$LOG"
faults="write:12 mkdir:1 unlink:2"
for call in fdatasync pwrite64 fsync renameat2; do
	# The most that one process made of it in an undisturbed pass.
	most=$(awk -v call="$call(" 'index($2, call) == 1 && ++n[$1] > most {
	    most = n[$1] } END { print most + 0 }' "$T/pass")
	faults="$faults $call:1 $call:$((most / 3 + 1)) $call:$((most * 2 / 3 + 1))"
done
for fault in $faults; do
	fails "${fault%:*}" "${fault#*:}" \
	    "EIO from ${fault%:*} number ${fault#*:}"
done
# What reaches the disk in the memory root itself.
fails fsync 1 "EIO from fsync of MEMORY.md" -P "$ROOT/.mnemod-tmp-new-MEMORY.md"
for n in 1 2 3; do
	fails fsync $n "EIO from fsync $n of the root" -P "$ROOT"
done
fails fsync 1 "EIO from fsync of rollout_summaries" -P "$ROOT/rollout_summaries"
finish
