#!/bin/sh
# What happens to a session after it was read: it goes on, is copied, moved,
# compressed, archived, switched off, deleted.  Peers extracted copies again,
# forgot a whole memory because a disk was not mounted, and brought back what
# was to be forgotten.
. tests/lib.sh
isolate
. tests/world.sh
. tests/session.sh
. tests/lifecycle/files.sh
. tests/lifecycle/missing.sh
. tests/lifecycle/memory.sh
. tests/lifecycle/big.sh
finish
