#!/bin/sh
# Whoever configures another model, or a newer mnemod, has outputs of the old
# one for ever: the version of a rollout did not change, so nothing was done
# again.  mnemoctl extract --outdated has them made once more, with and without
# a running supervisor, and only once.
. tests/lib.sh
isolate
. tests/world.sh

outputs() {
	sqlite3 "$STATE/state.db" "select count(*) from stage1_outputs
	    where generator $1"
}
# An output that another generator made.
age() {
	sqlite3 "$STATE/state.db" "update stage1_outputs
	    set generator = 'builtin/0', raw_memory = 'old words'"
}
all_new() { [ "$(outputs "= 'builtin/1'")" = "$n" ]; }

world_new
world_fill tests/data/codex
mn -1 --yes
n=$(outputs "= 'builtin/1'")
check "there are outputs" [ "$n" -gt 0 ]

ctl extract --outdated
check "nothing is outdated: status 0" [ "$status" -eq 0 ]
check "nothing is outdated: says so" \
    has '^all outputs were made by builtin/1' "$T/out"

age
mn -1 --yes
check "by itself nothing is made again" [ "$(outputs "= 'builtin/0'")" = "$n" ]
ctl -j extract --outdated
check "none runs: status 0" [ "$status" -eq 0 ]
check "none runs: how many" has "\"outdated\":$n," "$T/out"
check "none runs: the old ones stand" [ "$(outputs "= 'builtin/0'")" = "$n" ]
ctl why "$(sqlite3 "$STATE/state.db" "select thread_id from stage1_outputs
    limit 1")"
check "why tells it" has 'to be made again by another generator' "$T/out"
mn -1 --yes
check "the next pass makes them again" all_new
check "their words are new" [ "$(sqlite3 "$STATE/state.db" "select count(*)
    from stage1_outputs where raw_memory = 'old words'")" = 0 ]
mn -1 --yes
check "once is enough: nothing is claimed" has 'stage one: 0 claimed' "$LOG"

# A running supervisor begins at once.
age
mn_start
check "it listens" wait_until 10 listening
ctl extract --outdated
check "running: says how many" has "^$n outputs will be made again" "$T/out"
check "running: they are made again" wait_until 20 all_new
mn_stop
check "running: ends with 0" [ $? -eq 0 ]

# What was adopted is not ours to make again.
sqlite3 "$STATE/state.db" "update stage1_outputs set generator = 'adopted'"
ctl extract --outdated
check "adopted ones are left" has '^all outputs' "$T/out"

ctl extract
check "without --outdated: status 2" [ "$status" -eq 2 ]
check "without --outdated: says what is missing" \
    has 'expected either a thread or --outdated' "$T/err"
check "no worker is left" no_orphans mnemod mnemod-extract mnemod-wspace
finish
