#!/bin/sh
# What mnemod costs, each row beside a plain reference in the same run; no
# test depends on a figure of this page.
#
#	B	build directory
#	ROWS	rows to run, all if empty: names as in bench.py
#
# shellcheck disable=SC2086
set -eu

exec python3 -B tests/bench/bench.py "$B" ${ROWS:-}
