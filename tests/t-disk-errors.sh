#!/bin/sh
# Row 57, call by call: a disk that is full, broken, over its quota or read
# only has left half-written memories and databases that nothing could open.
# Here the k-th write, fsync(2), rename(2), mkdir(2), ... of a pass fails, or
# each from the k-th on, of the supervisor's, the workspace worker's and the
# agent's.  The pass ends with a status that says so, the memory is whole, and
# the next pass makes everything well.
. tests/lib.sh
isolate
. tests/world.sh
. tests/faults.sh
if [ -n "${SANITIZED:-}" ]; then
	skip "row 57, call by call" "the sanitizer has its own preload"
	finish
fi
export MNEMOD_TEST_GRACE_MS=1000
CALLS=put,create,fsync,fdatasync,syncfs,ftruncate,ftruncate64,mkdir,mkdirat
CALLS=$CALLS,rename,renameat,renameat2,link,unlink,unlinkat
ERRORS=ENOSPC,EIO,EDQUOT,EROFS
END='0 1 6 7 8'
SAID='mnemod: \(warning\|fatal\): .*: \(No space left\|Input/output error'
SAID="$SAID\\|Disk quota\\|Read-only\\|database or disk is full\\|disk I/O error"
SAID="$SAID\\|attempt to write a readonly\\|unable to open\\)"

scene_made
campaign mnemod "$CALLS" a_pass
campaign mnemod-wspace "$CALLS" a_pass
campaign mnemod-agent "$CALLS" a_pass 2
finish
