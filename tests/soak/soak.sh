#!/bin/sh
# soak.sh: row 73.  Chaos for SOAK_SECONDS (600), from SEED (a new one,
# printed), in pid and mount namespaces of its own, so that nothing escapes
# and disks can be filled; root is needed.
set -eu

seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "soak: SEED=$seed SOAK_SECONDS=${SOAK_SECONDS:-600}"
if ! unshare -p -f --mount-proc -m true 2>/dev/null; then
	echo "skip - soak: no pid and mount namespaces here"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
exec unshare -p -f --mount-proc -m --kill-child --propagation private \
    python3 -B tests/soak/soak.py "$B" "$seed" "${SOAK_SECONDS:-600}"
