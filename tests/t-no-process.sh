#!/bin/sh
# Rows 53 and 54, call by call: out of processes or descriptors, supervisors
# have died, spun, or taken a worker that never was for one that was done; a
# scan that could open no directory took all in it for gone.  Here the k-th
# fork(2), pipe2(2), open(2), ... of a pass fails, or each from the k-th on,
# in the supervisor and in its workers.  The pass waits and goes on, or ends
# with a status that says so; one that waits for better times can be stopped;
# nothing is lost or left behind, and the next pass makes everything well.
. tests/lib.sh
isolate
. tests/world.sh
. tests/faults.sh
if [ -n "${SANITIZED:-}" ]; then
	skip "rows 53 and 54, call by call" "the sanitizer has its own preload"
	finish
fi
export MNEMOD_TEST_GRACE_MS=1000
NEW=fork,pipe2,socket,timerfd_create,memfd_create,posix_spawn,dup2,pidfd_open
ERRORS=EAGAIN,EMFILE,ENFILE,ENOMEM
END='0 1 3 6 7 8'
SAID='mnemod: \(warning\|fatal\): .*: \(Resource temporarily unavailable'
SAID="$SAID\\|Too many open files\\|Cannot allocate memory\\|unable to open\\)"

scene_made
campaign mnemod $NEW stopped_pass
campaign mnemod open stopped_pass
for p in mnemod-extract mnemod-wspace mnemod-agent; do
	campaign $p open,pipe2 stopped_pass 4
done
finish
