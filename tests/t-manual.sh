#!/bin/sh
# A manual that is wrong is worse than none: options, messages and exit
# statuses of the program are held against the pages.  (Configuration keys:
# check_manual_conf.)
. tests/lib.sh
isolate

"$B/mnemod" -h >"$T/help"
grep -oE -- '--[a-z-]+|^ *-[0-9A-Za-z],' "$T/help" | tr -d ' ,' |
    sort -u >"$T/options"
while IFS= read -r o; do
	case $o in
	--*) want="Fl -${o#--}" ;;
	*) want="Fl ${o#-}" ;;
	esac
	check "mnemod.8 has $o" grep -q -- "$want\( \|\$\)" man/mnemod.8
done <"$T/options"
check "options were found" [ "$(wc -l <"$T/options")" -gt 10 ]

# Options of the page exist.
grep -oE '^\.It Fl [0-9A-Za-z-]+' man/mnemod.8 | sed 's/.*Fl //' |
while IFS= read -r o; do
	grep -q -- "-$o\b" "$T/help" || echo "$o"
done >"$T/extra"
check "mnemod.8 has no option that is not there" [ ! -s "$T/extra" ]

# Messages: each row of the table has its item.
sed -n 's/^	\[MSG_[A-Z_]*\] = { "\([a-z_]*\)".*/\1/p' common/msg_table.c >"$T/messages"
check "messages were found" [ "$(wc -l <"$T/messages")" -gt 20 ]
while IFS= read -r m; do
	check "mnemod-protocol.7 has $m" \
	    grep -q "^\.It Ic $m Pq \(to\|from\)" man/mnemod-protocol.7
done <"$T/messages"
grep '^\.It Ic' man/mnemod-protocol.7 | awk '{print $3}' |
    sort >"$T/documented"
check "mnemod-protocol.7 has no message that is not there" \
    [ "$(sort "$T/messages")" = "$(cat "$T/documented")" ]

# Words that say why something could not be done: of workers, of requests, of
# a memory and its agents.
# words SECTION <PAGE: what its lists name.
words() {
	sed -n "/^\.S[hs] $1\$/,/^\.S[hs] /p" | sed -n 's/^\.It \(Cm \)\?//p' |
	    tr -d ',' | tr ' ' '\n' | grep -E '^[a-z0-9_]+$' | sort -u
}
# given FUNCTION FILE...: the reasons that are literals of its calls.
given() {
	f=$1
	shift
	cat "$@" | tr -s '\n\t ' ' ' | grep -oE "\\b($f)\\([^\";]*\"[a-z_]+\"" |
	    grep -oE '"[a-z_]+"' | tr -d '"' | grep -vx reason
}
{
	sed -n 's/^#define REASON_.*"\(.*\)"/\1/p' worker/workspace/workspace.h
	given worker_fail worker/*.c worker/*/*.c
} | sort -u >"$T/reasons"
check "a worker's reasons were found" [ "$(wc -l <"$T/reasons")" -gt 15 ]
words 'Of a worker' <man/mnemod-protocol.7 >"$T/documented"
check "mnemod-protocol.7 has them, and no others" \
    diff "$T/reasons" "$T/documented"
given 'op_failed|op_refusal|answer_error|client_refuse' supervisor/*.c |
    sort -u >"$T/reasons"
check "a request's reasons were found" [ "$(wc -l <"$T/reasons")" -gt 20 ]
words 'Of the supervisor' <man/mnemod-protocol.7 >"$T/documented"
check "mnemod-protocol.7 has them all" [ -z "$(comm -23 "$T/reasons" \
    "$T/documented")" ]
while IFS= read -r r; do
	check "$r is a reason" grep -q "\"$r\"" supervisor/*.c
done <"$T/documented"
sed -n 's/^	\[ROOT_[A-Z_]*\] = { "\(.*\)", [01] },/\1/p' supervisor/root.c |
    sort -u >"$T/reasons"
check "states of a root were found" [ "$(wc -l <"$T/reasons")" -gt 9 ]
words 'REASONS OF A MEMORY' <man/mnemoctl.1 >"$T/documented"
check "mnemoctl.1 has them" [ -z "$(comm -23 "$T/reasons" \
    "$T/documented")" ]
while IFS= read -r r; do
	check "$r is a reason of a memory" grep -q "\"${r}[\" ]" supervisor/*.[ch]
done <"$T/documented"
given 'stage_two_fail|stage_two_lost|memory_stop|put_off' supervisor/*.c |
    sort -u | comm -23 - "$T/documented" >"$T/missing"
check "mnemoctl.1 has each way in which a run ends" [ ! -s "$T/missing" ]

# What is read of the environment.
grep -rhoE '\b(getenv|env_dir)\("[A-Z_]+"\)' supervisor worker common |
    grep -oE '[A-Z_]{2,}' | sort -u >"$T/variables"
check "variables were found" [ "$(wc -l <"$T/variables")" -gt 8 ]
while IFS= read -r v; do
	check "$v is on a page" grep -q "^\.It Ev .*\<$v\>" man/mnemod.8 \
	    man/mnemoctl.1
done <"$T/variables"

# Exit statuses.
sed -n 's/^	EXIT_[A-Z_]* = \([0-9]*\).*/\1/p' common/exitcode.h >"$T/exits"
check "exit statuses were found" [ "$(wc -l <"$T/exits")" -eq 9 ]
while IFS= read -r n; do
	check "mnemod.8 has exit status $n" sed -n \
	    '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/{/^\.It '"$n"'$/q0};$q1' \
	    man/mnemod.8
done <"$T/exits"
sed -n 's/^	WEXIT_[A-Z_]* = \([0-9]*\).*/\1/p' common/exitcode.h >"$T/wexits"
while IFS= read -r n; do
	check "mnemod-worker.8 has exit status $n" \
	    grep -q "^\.It .*\b$n\b" man/mnemod-worker.8
done <"$T/wexits"
finish
