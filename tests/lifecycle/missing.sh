# missing.sh: files of a source are gone.  Read by t-lifecycle.sh.
#
# shellcheck disable=SC2034,SC2154

twelve="1 2 3 4 5 6 7 8 9 10 11 12"
forget="-o source.codex.on_missing=forget"

# shellcheck disable=SC2086
begin $twelve
rm "$(path 1)"
for h in 1 30 60; do
	hours $h
	mn -1 --yes
done
check "on_missing = keep: still remembered after days" remembered 1
check "on_missing = keep: and not extracted" claimed 0

# shellcheck disable=SC2086
begin $twelve
# shellcheck disable=SC2086
{
	rm "$(path 1)"
	hours 1
	mn -1 --yes $forget
	hours 24
	mn -1 --yes $forget
	check "forget: not before a day is over" remembered 1
	hours 26
	mn -1 --yes $forget
}
check "forget: exits 0" [ $? -eq 0 ]
check "forget: it says so" has '1 rollouts are gone for good' "$LOG"
check "forget: nothing of it is left in the memory" forgotten 1
check "forget: the others are remembered" remembered 2
check "forget: no row tells of it" [ "$(sql "select (select count(*) from
    threads where id = '$(id 1)') + (select count(*) from stage1_outputs where
    thread_id = '$(id 1)') + (select count(*) from sources)")" -eq 11 ]
session 1 "$t"
# shellcheck disable=SC2086
mn -1 --yes $forget
check "forgotten and back: extracted again" claimed 1

# More than a tenth of the source at once.
# shellcheck disable=SC2086
begin $twelve
rm "$(path 1)" "$(path 2)"
for h in 1 26; do
	hours $h
	# shellcheck disable=SC2086
	mn -1 --yes $forget
done
check "forget: not more than a tenth" has 'source_unavailable.*a tenth' "$LOG"
check "forget: more than a tenth stay" remembered 1

# A folder that cannot be read: what it holds is not missing.
# shellcheck disable=SC2086
begin $twelve
session 13 "$t"
mkdir -p "$CODEX/sessions/2026/10/01"
mv "$(path 13)" "$CODEX/sessions/2026/10/01/"
mn -1 --yes
mv "$CODEX/sessions/2026/10/01" "$W/elsewhere"
ln -s "$W/elsewhere" "$CODEX/sessions/2026/10/01"
for h in 1 26; do
	hours $h
	# shellcheck disable=SC2086
	mn -1 --yes $forget
done
check "not readable: the reason" \
    has 'source_unavailable: not all of it can be read' "$LOG"
check "not readable: nothing counts as missing" \
    [ "$(sql 'select count(*) from sources where missing_since <> 0')" -eq 0 ]
check "not readable: remembered" remembered 13

# Not mounted: nothing is missing, and what is due waits without a failure.
# shellcheck disable=SC2086
begin $twelve
session 13 2026-11-23T11:00:00Z
mn -1 --yes
rm "$(path 1)"
hours 1
mn -1 --yes
mv "$CODEX/sessions" "$W/unmounted"
for h in 20 40; do
	hours $h
	# shellcheck disable=SC2086
	mn -1 --yes $forget
	check "not mounted: exits 0" [ $? -eq 0 ]
	check "not mounted: nothing is claimed" claimed 0
done
check "not mounted: the reason" \
    has 'source_unavailable: its sessions are not there' "$LOG"
check "not mounted: all is remembered" remembered 1
check "not mounted: no retry is spent" [ "$(sql "select count(*) from jobs where
    status = 'error'")" -eq 0 ]

# An empty folder where the disk is not: on another device.
mkdir "$CODEX/sessions"
if mount -t tmpfs none "$CODEX/sessions" 2>/dev/null; then
	for h in 41 70; do
		hours $h
		# shellcheck disable=SC2086
		mn -1 --yes $forget
	done
	check "another device: the reason" \
	    has 'source_unavailable.*another device' "$LOG"
	check "another device: all is remembered" remembered 2
	umount "$CODEX/sessions"
else
	skip "another device" "no right to mount"
fi
rmdir "$CODEX/sessions"
mv "$W/unmounted" "$CODEX/sessions"
hours 71
# shellcheck disable=SC2086
mn -1 --yes $forget
check "mounted again: what was due is extracted" claimed 1
check "mounted again: all is remembered" remembered 12
world_clean "missing"
