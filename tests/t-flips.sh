#!/bin/sh
# Disks and memory flip bits.  A database that is read with one flipped must
# not be written over, a history must not lose what only it has, and nobody
# may find out by a crash: after each flip every command ends with a status
# that the manual has and names what is damaged, or works; what the user wrote
# stays as it was; and with the bit put back all is well again.
# SEED and FLIPS (of each kind) make it another or a longer campaign.
. tests/lib.sh
isolate
. tests/world.sh

seed=${SEED:-8}
flips=${FLIPS:-${SANITIZED:+2}}
flips=${flips:-10}
DB=$STATE/state.db
GIT=$STATE/memories/codex.git

# A number below $1, in $r.
rnd() {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	r=$((seed / 256 % $1))
}
# flip FILE OFFSET: a bit of it, told in $what.
flip() {
	rnd 8
	what="${1#"$W/"} byte $2 bit $r"
	byte=$(od -An -tu1 -j "$2" -N1 "$1")
	cp -p "$1" "$T/file"
	chmod u+w "$1"
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $((byte ^ (1 << r))))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
	cp -p "$1" "$T/file.flipped"
}
# Put the bit back, unless the file is a new one by now.
flip_back() {
	cmp -s "$1" "$T/file.flipped" && cat "$T/file" >"$1"
}
# A file of the list $1, and an offset in it: $file, $at.
pick() {
	rnd "$(wc -l <"$1")"
	file=$(sed -n "$((r + 1))p" "$1")
	rnd "$(wc -c <"$file")"
	at=$r
}
fault() {
	sound=0
	not_ok "$what: $1"
	tail -n 4 "$2"
}
# ended PROGRAM STATUS TEXT OUTPUT: as the manual says; what is damaged is
# named by TEXT.
ended() {
	case $1$2 in
	mnemod[01678] | mnemoctl[0-8]) ;;
	*)	fault "$1 ends with status $2" "$4" ;;
	esac
	! grep -aq 'this is a bug\|Sanitizer' "$4" ||
	    fault "$1 found a bug of its own" "$4"
	[ "$2" -eq 0 ] || grep -aq "$3" "$4" ||
	    fault "$1 ends with status $2 and says of what" "$4"
}
# asked COMMAND TEXT
asked() {
	"$B/test/mnemoctl" -o now="$NOW" "$1" >"$T/out" 2>&1
	ended "mnemoctl" $? "$2" "$T/out"
}
# A pass, after a line was written by hand.
passed_over() {
	echo "A line of mine." >>"$ROOT/MEMORY.md"
	mn -1 --yes
	status=$?
	ended mnemod $status "$1" "$LOG"
	root_digest >"$T/now"
	echo "# $what: $status $(grep -a "$1" "$LOG" | tail -n 1)"
}
is() { cmp -s "$T/now" "$T/$1"; }
# What was put back is well: the line is there, folded in once.  A job that
# failed waits for its time, or for the person who mended it.
well() {
	mn -1 --yes
	status=$?
	if [ $status -eq 8 ]; then
		"$B/test/mnemoctl" -o now="$NOW" retry codex >"$T/out" 2>&1
		mn -1 --yes
		status=$?
	fi
	[ $status -eq 0 ] || fault "put back, all is well" "$LOG"
	root_digest >"$T/now"
	is after || {
		diff "$T/after" "$T/now" >"$T/diff"
		fault "put back, the folder is as it should be" "$T/diff"
	}
}
save() {
	rm -rf "$T/good"
	mkdir "$T/good"
	cp -a "$DB" "$GIT" "$T/good"
	cp -a "$ROOT" "$T/good/root"
}
start_over() {
	rm -rf "$DB"* "$GIT"
	cp -a "$T/good/state.db" "$DB"
	cp -a "$T/good/codex.git" "$GIT"
	find "$ROOT" -mindepth 1 -delete
	cp -a "$T/good/root/." "$ROOT"
}

# Its header, the heads of its pages, anything.
flip_database() {
	case $((n % 3)) in
	0) at=0; rnd 100 ;;
	1) rnd $(($(wc -c <"$DB") / 4096)); at=$((r * 4096)); rnd 200 ;;
	2) at=0; rnd "$(wc -c <"$DB")" ;;
	esac
	flip "$DB" $((at + r))
}
database() {
	n=0 told=0
	while [ $n -lt "$flips" ]; do
		n=$((n + 1))
		flip_database
		asked status 'state\.db'
		asked doctor 'state\.db'
		passed_over 'state\.db'
		if [ $status -eq 6 ]; then
			told=$((told + 1))
			cmp -s "$DB" "$T/file.flipped" ||
			    fault "what is damaged is not written to" "$LOG"
			is before || fault "the folder stays" "$LOG"
			flip_back "$DB"
			well
		fi
		[ "$(count_of '^A line of mine.$' "$ROOT/MEMORY.md")" -eq 1 ] ||
		    fault "the line stays" "$LOG"
		start_over
	done
}
# The history, in the packs of its publications or in one.
history() {
	n=0 told=0
	find "$GIT" -type f -size +0 ! -path '*/hooks/*' ! -path '*/info/*' \
	    ! -name description ! -name '*.rev' | LC_ALL=C sort >"$T/files"
	while [ $n -lt "$flips" ]; do
		n=$((n + 1))
		pick "$T/files"
		flip "$file" "$at"
		asked history codex
		asked check codex
		passed_over codex
		[ $status -eq 0 ] || told=$((told + 1))
		is after || [ $status -ne 0 ] && is before || is after ||
		    fault "the line stays, and all else" "$LOG"
		flip_back "$file"
		well
		git --git-dir="$GIT" fsck --full >"$T/fsck" 2>&1 ||
		    fault "put back, the history is whole" "$T/fsck"
		start_over
	done
}
# What was flipped in the folder is an edit: it stays, or can be had back
# from the history.  (In MEMORY.md the line stands below.)
kept() {
	[ "$file" != "$ROOT/MEMORY.md" ] ||
	    echo "A line of mine." >>"$T/file.flipped"
	cmp -s "$file" "$T/file.flipped" || git --git-dir="$GIT" cat-file -e \
	    "$(git hash-object "$T/file.flipped")" 2>/dev/null
}
folder() {
	n=0 told=0
	find "$ROOT" -type f ! -name raw_memories.md | LC_ALL=C sort >"$T/files"
	while [ $n -lt "$flips" ]; do
		n=$((n + 1))
		pick "$T/files"
		flip "$file" "$at"
		asked check memories
		passed_over codex
		[ $status -eq 0 ] || told=$((told + 1))
		kept || fault "the file is kept as it was found" "$LOG"
		start_over
	done
}
campaign() {
	sound=1
	$1
	check "$2: $n flips, $told told with a status" [ $sound -eq 1 ]
}

echo "# SEED=$seed FLIPS=$flips"
world_new
world_fill tests/data/codex
mn -1 --yes
save
echo "A line of mine." >>"$ROOT/MEMORY.md"
root_digest >"$T/before"
mn -1 --yes
root_digest >"$T/after"
start_over
campaign database "the database"
campaign history "the history"
git --git-dir="$GIT" repack -adq
git --git-dir="$GIT" pack-refs --all
save
campaign history "the history, packed"
campaign folder "the folder"

# What cannot be put back: the ways out that doctor tells lead somewhere.
# What MEMORY.md says, but for the names of files.
said() { grep -v '^applies_to\|^- [^ ]*\.md (' "$ROOT/MEMORY.md"; }
same() { said | cmp -s - "$T/said"; }
adopted() { git --git-dir="$GIT" cat-file -e refs/mnemod/adopted; }
said >"$T/said"
what="a history that is none any more"
mv "$GIT/objects" "$T/objects"
: >"$GIT/objects"
mn -1
check "$what: status 8" [ $? -eq 8 ]
check "$what: the way out is told" \
    has 'codex.git: .*; move it away to start a new one' "$LOG"
rm "$GIT/objects"
mv "$T/objects" "$GIT/objects"
mn -1
check "$what: put back, all is well" [ $? -eq 0 ]
what="a history that is lost"
mv "$GIT" "$T/lost.git"
asked doctor 'or start mnemod --adopt'
mn -1
check "$what: status 7" [ $? -eq 7 ]
check "$what: both ways on are told" has 'put it back.*--adopt=codex' "$LOG"
check "$what: nothing is written" [ -z "$(cd "$T/good/root" &&
    diff -r . "$ROOT")" ]
mn -1 --adopt
check "$what: adopted anew" [ $? -eq 0 ]
check "$what: what was said stays" same
check "$what: and as it was found" adopted
mn -1
check "$what: the next pass is as ever" [ $? -eq 0 ]
what="a database that is lost"
mv "$DB" "$T/lost.db"
mn -1 --yes
check "$what: the folder is nobody's" [ $? -eq 7 ]
mn -1 --adopt
check "$what: adopted anew" [ $? -eq 0 ]
check "$what: what was said stays" same
check "$what: and as it was found" adopted
world_clean flips
finish
