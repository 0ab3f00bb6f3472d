"""daemon.py: mnemod in the foreground, and what it uses meanwhile."""
import subprocess
import time

import costs

PATIENCE = 600   # seconds


def precise_cpu(pids):
    """In nanoseconds of the scheduler, not in ticks."""
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/schedstat" % pid) as f:
                total += int(f.read().split()[0])
        except OSError:
            pass
    return total / 1e9


class Daemon:
    """mnemod with these arguments; what it says goes to a file."""

    def __init__(self, argv, log):
        self.log = log
        with open(log, "wb") as out:
            self.child = subprocess.Popen(argv, stderr=out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()

    def settle(self, quiet):
        """Wait until nothing has run for `quiet' seconds."""
        end = time.monotonic() + PATIENCE
        before = None
        while before != (now := precise_cpu(self.pids())):
            if self.child.poll() is not None or time.monotonic() > end:
                raise RuntimeError("mnemod does not settle: " + self.log)
            before = now
            time.sleep(quiet)

    def pids(self):
        return costs.family(self.child.pid)
