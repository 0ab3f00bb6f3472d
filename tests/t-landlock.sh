#!/bin/sh
# What is developed on a kernel with Landlock ABI 7 is run on Debian 12's,
# which has ABI 2, and on some that have none.  A right that the kernel does
# not know makes it refuse the whole domain; a program that takes the refusal
# for "no Landlock here" goes on with nothing.  Here every kernel from ABI 2 on
# runs a whole pass with a model and an agent, for root and for an ordinary
# user, behind the domain that it has; without Landlock a model is refused, or
# served where that was allowed, and whoever is served is told, once.
. tests/lib.sh
isolate
. tests/world.sh
. tests/model.sh
. tests/agent.sh
export MNEMOD_TEST_GRACE_MS=1000

if [ -n "${SANITIZED:-}" ]; then
	skip "the kernels" "sanitizers need more than a sandbox leaves"
	ok "nothing to do"
	finish
fi
newest=$("$B/test/mnemoctl" doctor 2>/dev/null |
    sed -n 's/.* kernel: Landlock ABI \([0-9]*\),.*/\1/p')
[ "${newest:-0}" -le 7 ] || newest=7
if [ "${newest:-0}" -lt 2 ]; then
	skip "the kernels" "Landlock ABI ${newest:-0} here, 2 is needed"
	ok "nothing to do"
	finish
fi

users=$(id -un)
as=
if [ "$(id -u)" -eq 0 ]; then
	as="setpriv --reuid 65533 --regid 65533 --clear-groups"
	if $as "$B/test/mnemoctl" -V >/dev/null 2>&1; then
		users="$users ordinary"
	else
		skip "an ordinary user" "needs setpriv, and a build that" \
		    "others may run"
	fi
else
	skip "root" "not root here"
fi

# kernel ABI USER: from here on, mnemod, mnemoctl and mine run as that user on
# that kernel.
kernel() {
	abi=$1 who="ABI $1, $2"
	_as=
	[ "$2" != ordinary ] || _as=$as
	mkdir -p "$T/bin"
	for _p in "$B/test/mnemod" "$B/test/mnemoctl" "$B/test/check_sandbox"; do
		echo "exec $B/test/oldkernel $abi $_as $_p" '"$@"' |
		    sed '1i#!/bin/sh' >"$T/bin/${_p##*/}"
	done
	chmod 755 "$T/bin"/*
	MNEMOD=$T/bin/mnemod MNEMOCTL=$T/bin/mnemoctl
}
# What is made for the ordinary user is that user's.
own() {
	case $who in *ordinary) chown -R 65533:65533 "$W" ;; esac
}
fresh() {
	world_new
	session 1 /home/u/p1
	own
}
# agent_pass: with the model; pass of agent.sh, but for whose files they are.
agent_pass() {
	fresh
	pass "$GOOD" "$DONE"
	own
}
ctl() {
	"$MNEMOCTL" -o now="$NOW" "$@" >"$T/out" 2>"$T/err"
	status=$?
}
published() { cmp -s "$T/MEMORY.md" "$ROOT/MEMORY.md"; }
told() { [ "$(count_of 'warning: the kernel offers no complete sandbox' \
    "$LOG")" -eq "$1" ]; }
# What ABI $abi cannot withhold, as a worker's `ready' says it.
lacks() {
	_l=
	for _x in 3:truncate 4:tcp 5:ioctl 6:scope; do
		[ "$abi" -ge "${_x%:*}" ] || _l="$_l, landlock ${_x#*:}"
	done
	[ -z "$_l" ] || echo "; not to be had: ${_l#, }"
}
# mcp WORD: a session that searches.
mcp() {
	printf '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"%s"}}}\n' "$1" |
	    "$MNEMOCTL" -o now="$NOW" mcp >"$T/out" 2>"$T/err"
	status=$?
}
# reads WORD: that serves on every kernel.
reads() {
	ctl search "$1"
	check "$who: search: status 0" [ "$status" -eq 0 ]
	mcp "$1"
	check "$who: mcp: status 0" [ "$status" -eq 0 ]
	check "$who: mcp: finds it" has '"id":1,.*MEMORY\.md' "$T/out"
}

kernel "$newest" "${users%% *}"
stems 1
handbook "$T/MEMORY.md" 1
summary 1 >"$T/memory_summary.md"
GOOD=$(write_all "$T/MEMORY.md" "$T/memory_summary.md")

for user in $users; do
	# The kernels between differ in what they withhold, not from whom.
	between=
	[ "$user" != "${users##* }" ] || between=$(seq 3 $((newest - 1)))
	for a in 2 $between "$newest"; do
		kernel "$a" "$user"
		agent_pass
		check "$who: status 0" [ "$status" -eq 0 ]
		check "$who: the agent's memory is published" published
		check "$who: nothing is told of a sandbox" told 0
		ctl doctor
		for role in extract consolidate workspace gateway; do
			check "$who: $role has the domain of this kernel" \
			    has "workers: $role: Landlock ABI $a, seccomp$(
			    lacks)$" "$T/out"
		done
		reads parser1.c
		check "$who: mcp: no word of a sandbox" has_not sandbox "$T/err"
		world_clean "$who"
	done
done

# What a role does not get is tried on these kernels too: by check_sandbox.
for user in $users; do
	for a in 2 "$newest"; do
		kernel "$a" "$user"
		mkdir -p "$W/test"
		own
		B=$W "$T/bin/check_sandbox" >"$T/out" 2>&1
		check "$who: what a role must not do is refused" [ $? -eq 0 ]
		has_not '^skip' "$T/out" || cat "$T/out"
	done
done

# Not enough: ABI 1 refuses renames that history needs.
for user in $users; do
	abis=0
	[ "$user" != "${users##* }" ] || abis="0 1"
	for a in $abis; do
		kernel "$a" "$user"
		agent_pass
		check "$who: a model is refused" [ "$status" -eq 3 ]
		check "$who: the line to change is told" \
		    has 'sandbox = best-effort' "$LOG"
		check "$who: the ABI is told" has "Landlock $a, 2 is needed" \
		    "$LOG"
		check "$who: nothing was asked" [ ! -s "$REQ" ]
		check "$who: nothing was published" unpublished
		ctl doctor
		check "$who: doctor: status 1" [ "$status" -eq 1 ]
		check "$who: doctor: says why" \
		    has "^fail  kernel: Landlock ABI $a, 2 is needed" "$T/out"

		LINE='sandbox = best-effort' agent_pass
		check "$who: best effort: status 0" [ "$status" -eq 0 ]
		check "$who: best effort: published" published
		check "$who: best effort: told once" told 1
		check "$who: best effort: each worker is filtered" [ "$(
		    ctl doctor; grep -c 'workers: .*: Landlock ABI 0, seccomp;' \
		    "$T/out")" -eq 4 ]

		world_new
		world_fill tests/data/codex
		mkdir -p "$XDG_CONFIG_HOME/mnemod"
		printf 'memory "%s" { root = "%s" }\n' one "$W/one" two \
		    "$W/two" >"$XDG_CONFIG_HOME/mnemod/mnemod.conf"
		own
		mn -1 --yes
		check "$who: builtin: status 0" [ $? -eq 0 ]
		check "$who: builtin: told once for several memories" told 1
		for m in one two; do
			check "$who: builtin: $m is published" \
			    [ -s "$W/$m/MEMORY.md" ]
		done
		rm "$XDG_CONFIG_HOME/mnemod/mnemod.conf"
		mn -1 --yes
		check "$who: builtin: $ROOT is published" \
		    [ -s "$ROOT/MEMORY.md" ]
		reads AuditTable
		check "$who: mcp: says that it has less of a sandbox" \
		    [ "$(count_of 'this kernel has no Landlock' "$T/err")" -eq 1 ]
		world_clean "$who"
	done
done
finish
