"""pss.py COMMAND...: the highest sum of PSS over its processes, in MiB.
pss.py -p PID: the sum now, over PID and its children."""
import glob, os, subprocess, sys, time


def pss(pid):
    try:
        for line in open("/proc/%s/smaps_rollup" % pid):
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def family(root):
    kids = {}
    for d in glob.glob("/proc/[0-9]*/stat"):
        try:
            s = open(d).read()
        except OSError:
            continue
        kids.setdefault(int(s.rsplit(")", 1)[1].split()[1]), []).append(
            int(d.split("/")[2]))
    out, todo = [], [root]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += kids.get(p, [])
    return out


if sys.argv[1] == "-p":
    print("%.1f" % (sum(map(pss, family(int(sys.argv[2])))) / 1024))
    sys.exit()
p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)
best = 0
while p.poll() is None:
    best = max(best, sum(map(pss, family(p.pid))))
    time.sleep(0.002)
print("%.1f" % (best / 1024))
