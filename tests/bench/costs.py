"""costs.py: what processes cost, from /proc and wait4(2)."""
import glob
import os
import subprocess
import threading
import time


def field(path, key):
    """The number behind a key of a file of /proc, 0 if it is gone."""
    try:
        with open(path) as f:
            for line in f:
                if line.startswith(key):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def name(pid):
    try:
        with open("/proc/%d/comm" % pid) as f:
            return f.read().strip()
    except OSError:
        return ""


def family(root):
    """The process and all that descends from it."""
    kids = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as f:
                stat = f.read()
        except OSError:
            continue
        parent = int(stat.rsplit(")", 1)[1].split()[1])
        kids.setdefault(parent, []).append(int(path.split("/")[2]))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += kids.get(pid, [])
    return found


def pss_kib(pids):
    return sum(field("/proc/%d/smaps_rollup" % p, "Pss:") for p in pids)


def wakeups(pids):
    return sum(field("/proc/%d/status" % p, "voluntary_ctxt_switches")
               for p in pids)


class Cost:
    """Of a command and all its processes; memory in KiB."""

    def __init__(self):
        self.cpu = self.wall = 0.0
        self.status = 0
        self.pss = 0            # highest sum
        self.rss = {}           # highest of each program


def watch(cost, root, sums, stop):
    """Memory of a family until it ends.  VmHWM only grows: look seldom."""
    while not stop.wait(0.002 if sums else 0.01):
        pids = family(root)
        if sums:
            cost.pss = max(cost.pss, pss_kib(pids))
        for pid in pids:
            kib = field("/proc/%d/status" % pid, "VmHWM:")
            comm = name(pid)
            cost.rss[comm] = max(cost.rss.get(comm, 0), kib)


def run(argv, memory=None, err=subprocess.DEVNULL):
    """Run a command.  memory: None, "rss" or "pss" (slows it down)."""
    cost, stop = Cost(), threading.Event()
    begin = time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL,
                             stderr=err)
    if memory is not None:
        watcher = threading.Thread(target=watch, args=(
            cost, child.pid, memory == "pss", stop))
        watcher.start()
    _, status, usage = os.wait4(child.pid, 0)
    cost.wall = time.monotonic() - begin
    child.returncode = cost.status = os.waitstatus_to_exitcode(status)
    stop.set()
    if memory is not None:
        watcher.join()
    cost.cpu = usage.ru_utime + usage.ru_stime
    return cost
