"""idle.py PID SECONDS: wake-ups of PID and its children while idle."""
import glob, os, sys, time

root, secs = int(sys.argv[1]), int(sys.argv[2])


def pids():
    out = [root]
    for d in glob.glob("/proc/[0-9]*/stat"):
        try:
            if int(open(d).read().rsplit(")", 1)[1].split()[1]) == root:
                out.append(int(d.split("/")[2]))
        except OSError:
            pass
    return out


def sample():
    n = cpu = 0
    for p in pids():
        for line in open("/proc/%d/status" % p):
            if line.startswith("voluntary_ctxt_switches"):
                n += int(line.split()[1])
        f = open("/proc/%d/stat" % p).read().rsplit(")", 1)[1].split()
        cpu += int(f[11]) + int(f[12])
    return n, cpu


time.sleep(3)
a = sample()
time.sleep(secs)
b = sample()
print("%d; %.2f s" % ((b[0] - a[0]) * 3600 // secs,
                      (b[1] - a[1]) / os.sysconf("SC_CLK_TCK")))
