#!/bin/sh
# tidy.sh CHECKS FLAG ... FILE ...: clang-tidy, silent when clean.  Files come
# last and end in .c; what comes before them are compiler flags.
set -u

checks=$1
shift
flags='' files=''
for a; do
	case $a in
	*.c) files="$files $a" ;;
	*) flags="$flags $a" ;;
	esac
done
# shellcheck disable=SC2086
out=$(clang-tidy -quiet -checks="-*,$checks" -warnings-as-errors='*' \
    -config='{CheckOptions: [{key: readability-function-size.LineThreshold, value: 100}, {key: readability-function-size.StatementThreshold, value: 1000}, {key: readability-function-size.BranchThreshold, value: 1000}]}' \
    $files -- $flags 2>/dev/null)
status=$?
[ -z "$out" ] || printf '%s\n' "$out"
exit $status
