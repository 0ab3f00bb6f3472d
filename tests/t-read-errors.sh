#!/bin/sh
# Row 57, reading: a folder of which half could be listed was taken for one of
# which the other half had been deleted, by hand; a database of which one page
# could not be read was called damaged, and people were told to move it away.
# Here the k-th read, stat(2), readdir(3) or open(2) of a pass fails, or each
# from the k-th on, of each program's.  The pass ends with a status that says
# so, the memory is whole, and the next pass makes everything well.
. tests/lib.sh
isolate
. tests/world.sh
. tests/faults.sh
if [ -n "${SANITIZED:-}" ]; then
	skip "row 57, reading" "the sanitizer has its own preload"
	finish
fi
export MNEMOD_TEST_GRACE_MS=1000
ERRORS=EIO
END='0 1 3 6 7 8'
SAID='mnemod: \(warning\|fatal\): .*\(Input/output error\|disk I/O error'
SAID="$SAID\\|read error\\|: unreadable\\|unable to open\\|object not found\\|invalid object\\)"
NEVER='move it away\|is damaged'

scene_made
for kind in ${KINDS:-get stat readdir open}; do
	campaign mnemod $kind a_pass 4
	campaign mnemod-wspace $kind a_pass 4
	campaign mnemod-extract $kind a_pass 2
	[ $kind = readdir ] || campaign mnemod-agent $kind a_pass 2
done
finish
