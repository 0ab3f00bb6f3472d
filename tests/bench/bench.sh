#!/bin/sh
# What mnemod costs, each row beside a plain reference in the same run; no
# test depends on a figure of this page.
#
#	B	build directory
#	ROWS	rows to run, names as in bench.py; if empty all but `scale',
#		which takes half an hour and 6 GB
#	SCALE	rows of `scale' to run, names as in scale.py; if empty all
#
# shellcheck disable=SC2086
set -eu

exec python3 -B tests/bench/bench.py "$B" ${ROWS:-}
