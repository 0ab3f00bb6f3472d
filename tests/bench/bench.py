"""bench.py B [ROW ...]: the rows, each beside its reference."""
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import agents
import costs
import gateway
import publish
import ready
import scale
import world
from daemon import Daemon, precise_cpu

BUILD = os.path.abspath(sys.argv[1])
SCRATCH = os.path.join(BUILD, "bench")
MNEMOD = os.path.join(BUILD, "mnemod")
NOW = ["-o", "now=" + world.NOW]
ONCE = [MNEMOD, "-1", "--yes"] + NOW
ROOT = os.geteuid() == 0


def row(what, figure, reference="", wanted=""):
    print("%-47s %-22s %-30s %s" % (what, figure, reference, wanted),
          flush=True)


def fresh():
    return world.world(os.path.join(SCRATCH, "world"))


def must(cost, what):
    if cost.status != 0:
        raise RuntimeError("%s: exit status %d" % (what, cost.status))
    return cost


def home_of_100():
    world.usual_files(fresh(), 100)


def both_stages():
    home_of_100()
    return stages()


def stages():
    """CPU ms of one run over the rollouts: all, and what stage two's
    workers say that they used.  Then the PSS they say they had."""
    path = os.path.join(SCRATCH, "log")
    with open(path, "wb") as err:
        cost = must(costs.run(ONCE + ["-v"], err=err), "mnemod")
    with open(path, errors="replace") as f:
        told = re.findall(r"(?m)^mnemod: (\w+).*: mnemod\.worker\.(\w+) (\d+)",
                          f.read())
    two = sum(int(n) for who, what, n in told
              if who not in ("extract", "gateway") and what == "cpu_ms")
    pss = max(int(n) for who, what, n in told if what == "pss_kib")
    return cost.cpu * 1000, two, pss


def rollouts():
    """100 rollouts of about 50 kB."""
    runs = [both_stages() for _ in range(5)]
    all_in = statistics.median(r[0] for r in runs)
    one = statistics.median(r[0] - r[1] for r in runs)
    row("stage one, 100 rollouts of 50 kB, all processes",
        "%.1f ms CPU each" % (one / 100), "33 ms: the peer", "below 2 ms")
    row("  with stage two and its publishing",
        "%.1f ms CPU each" % (all_in / 100))
    if not ROOT:
        row("  highest PSS that a worker tells (no root: no sum)",
            "%.1f MiB" % (max(r[2] for r in runs) / 1024))
        return
    peaks = []
    for _ in range(3):
        home_of_100()
        peaks.append(must(costs.run(ONCE, "pss"), "mnemod").pss)
    row("  highest sum of PSS", "%.1f MiB" % (statistics.median(peaks) / 1024),
        "102 MiB: the peer", "below 20 MiB")


def long_rollout():
    """One of 500 MB, read, filtered, redacted and cut; jq only filters."""
    path = world.long_file(fresh(), 477)
    ours = must(costs.run([MNEMOD, "-p", path], "rss"), "mnemod -p")
    row("read and filter a rollout of 500 MB", "%.2f s" % ours.wall,
        *jq(path, ours.wall))
    row("  highest RSS of a process",
        "%.1f MiB" % (max(ours.rss.values()) / 1024), "", "below 32 MiB")
    scan = must(costs.run(ONCE, "rss"), "mnemod")
    row("  the same in the pipeline: scan, stage one and two",
        "%.2f s, %.1f MiB" % (scan.wall, max(scan.rss.values()) / 1024))


def jq(path, ours):
    if shutil.which("jq") is None:
        return "skipped: no jq", ""
    theirs = costs.run(["jq", "-c", 'select(.type=="response_item")', path],
                       "rss")
    return "%.2f s, %.1f MiB: jq" % (
        theirs.wall, theirs.rss["jq"] / 1024), "%.1f times faster (8)" % (
        theirs.wall / ours)


def many():
    """Files that do not change: 10,000, then 100,000."""
    peaks = [many_files(10000), many_files(100000)]
    for program in ("mnemod", "mnemod-extract"):
        small, large = (p.get(program, 0) / 1024 for p in peaks)
        row("  highest RSS of %s at 10,000 and 100,000" % program,
            "%.1f and %.1f MiB" % (small, large), "",
            "%.0f bytes a file" % ((large - small) * 1048576 / 90000))


def many_files(count):
    sessions = fresh()
    world.tiny_files(sessions, count)
    first = must(costs.run(ONCE, "rss"), "mnemod")
    row("first scan of %d rollouts" % count, "%.2f s CPU" % first.cpu)
    find = ["find", sessions, "-name", "rollout-*", "-newermt", "2026-01-01"]
    plain = statistics.median(costs.run(find).cpu for _ in range(5))
    again = statistics.median(rescans(5))
    row("re-scan, nothing changed", "%.0f ms CPU" % (again * 1000),
        "%.0f ms: find -newer" % (plain * 1000),
        "%.1f times (3)" % (again / plain))
    once = statistics.median(costs.run(ONCE).cpu for _ in range(3))
    row("  mnemod -1, all of it", "%.0f ms CPU" % (once * 1000), "",
        "%.1f times" % (once / plain))
    peak = must(costs.run(ONCE, "rss"), "mnemod").rss
    return {k: max(first.rss.get(k, 0), peak.get(k, 0)) for k in peak}


def running():
    return Daemon([MNEMOD, "--yes"] + NOW, os.path.join(SCRATCH, "log"))


def rescans(times):
    """CPU seconds of each pass that SIGUSR1 asks of a running mnemod."""
    with running() as d:
        d.settle(2)
        for _ in range(times):
            before = precise_cpu(d.pids())
            d.child.send_signal(signal.SIGUSR1)
            d.settle(0.5)
            yield precise_cpu(d.pids()) - before


def start():
    """From fork to ready."""
    for program, role in (("mnemod-extract", "extract"),
                          ("mnemod-agent", "consolidate")):
        directory = os.path.join(SCRATCH, "ready")
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(BUILD, "libexec", program)
        ours, empty = ready.measure(path, role, directory)
        row("from fork to ready, %s" % role, "%.1f ms" % ours,
            "%.1f ms: empty program" % empty,
            "%.1f ms above it (5)" % (ours - empty))


def waiting():
    """64 agents that wait for a model at the same time."""
    if not ROOT:
        row("64 agents waiting for a model", "skipped: needs root")
        return
    directory = os.path.join(SCRATCH, "agents")
    shutil.rmtree(directory, ignore_errors=True)
    found = agents.pss_of_waiting(
        os.path.join(BUILD, "libexec", "mnemod-agent"), directory, 64)
    row("64 agents waiting for a model", "%.2f MiB PSS each" % (
        max(found) / 1024), "", "below 1 MiB")


def publishing():
    """A note in a memory of 1,000 files, and git's commit of the same."""
    root = os.path.join(os.path.dirname(fresh()), "memories")
    publish.fill(root, 1000)
    must(costs.run(ONCE + ["--adopt"]), "mnemod --adopt")
    with running() as d:
        d.settle(1)
        ours, git = publish.note(os.path.join(BUILD, "mnemoctl"), root,
                                 os.path.join(SCRATCH, "git"))
    row("publish one file of a memory of 1,000", "%.0f ms" % ours,
        *("skipped: no git", "") if git is None else (
            "%.0f ms: git commit" % git, "%.1f times (2)" % (ours / git)))


def stop():
    """50 workers that ignore SIGTERM; the real ten seconds."""
    libexec = os.path.join(SCRATCH, "libexec")
    os.makedirs(libexec, exist_ok=True)
    fake = os.path.join(BUILD, "test", "fakeworker")
    shutil.copy(fake, os.path.join(libexec, "mnemod-extract"))
    sup = subprocess.Popen([os.path.join(BUILD, "test", "supdriver"), "-l",
                            libexec, "extract*50=ignore start stall"],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for _ in range(50):
        sup.stdout.readline()
    began = time.monotonic()
    sup.terminate()
    sup.stdout.read()
    sup.wait()
    row("stop with 50 workers that ignore SIGTERM",
        "%.2f s" % (time.monotonic() - began), "10 s: the grace",
        "below 10.5 s")


def idle():
    """A minute after 100 rollouts were taken in."""
    home_of_100()
    must(costs.run(ONCE), "mnemod")
    with running() as d:
        d.settle(2)
        pids = d.pids()
        wakeups, cpu = costs.wakeups(pids), precise_cpu(pids)
        time.sleep(60)
        wakeups, cpu = costs.wakeups(pids) - wakeups, precise_cpu(pids) - cpu
        row("idle: wake-ups in an hour, from a minute",
            "%d (%d in it)" % (wakeups * 60, wakeups), "12: scan_interval",
            "timers that are due")
        row("  CPU in that minute", "%.1f ms" % (cpu * 1000))
        if not ROOT:
            row("  PSS", "skipped: needs root")
            return
        row("  PSS of the supervisor", "%.1f MiB" %
            (costs.pss_kib([d.child.pid]) / 1024), "", "below 5 MiB")
        row("  PSS of all processes", "%.1f MiB" %
            (costs.pss_kib(pids) / 1024), "52 MiB: the peer")


REPLIES = 20


def cpu_above(command, nothing):
    """CPU seconds of a reply, without what the programs' start takes."""
    return (must(costs.run(command), command[0]).cpu -
            costs.run(nothing).cpu) / REPLIES


def streamed(what, how):
    """CPU of a gateway for replies of a quarter of a MB, beside curl's, which
    only receives, and that of curl with jq, which read the events too."""
    with gateway.Fake(BUILD, "times=0 fill=16384 delta=16 " + how) as fake:
        with gateway.Gateway(BUILD, fake.port) as g:
            before = precise_cpu([g.pid])
            for _ in range(REPLIES):
                g.ask()
                size = g.answered()["received_bytes"]
            ours = (precise_cpu([g.pid]) - before) / REPLIES
            peak = costs.field("/proc/%d/status" % g.pid, "VmHWM:")
        curl, nothing = gateway.curl(fake.port, REPLIES), ["curl", "--version"]
        theirs = cpu_above(curl, nothing)
        read = None if shutil.which("jq") is None else cpu_above(
            gateway.letters(curl), gateway.letters(nothing))
    row("a streamed reply of %d kB, %s" % (size // 1000, what),
        "%.1f ms CPU" % (ours * 1000), "%.1f ms: curl" % (theirs * 1000),
        "%.1f times (1.5)" % (ours / theirs))
    if read is not None:
        row("  the events read too", "", "%.1f ms: curl, sed, jq" % (
            read * 1000), "%.1f times" % (ours / read))
    row("  highest RSS of the gateway", "%.1f MiB" % (peak / 1024))


def streams():
    """64 at once: all are open before one is answered."""
    go = os.path.join(SCRATCH, "go")
    rule = "times=0 fill=65536 delta=16 events=1 hold=" + go
    with gateway.Fake(BUILD, rule) as fake:
        with gateway.Gateway(BUILD, fake.port) as g:
            for _ in range(64):
                g.ask()
            with open(go, "w"):
                began = time.monotonic()
            for _ in range(64):
                g.answered()
            wall = time.monotonic() - began
            cpu = precise_cpu([g.pid])
            peak = costs.field("/proc/%d/status" % g.pid, "VmHWM:")
    row("64 streams at once, 0.9 MB each", "%.1f s, %.1f s CPU" % (wall, cpu))
    row("  highest RSS of the gateway", "%.1f MiB" % (peak / 1024), "",
        "below 24 MiB")


def asking(port):
    """The 100 rollouts, and a configuration that has them asked about."""
    home_of_100()
    conf = os.path.join(os.environ["XDG_CONFIG_HOME"], "mnemod")
    os.makedirs(conf)
    os.environ["FAKE_KEY"] = "sk-fake"
    with open(os.path.join(conf, "mnemod.conf"), "w") as f:
        f.write("""use_provider = "fake"
provider "fake" {
	api = responses
	base_url = "http://127.0.0.1:%d/v1"
	key_env = "FAKE_KEY"
	extract_model = "fake-mini"
	context_window = 272000
}
pipeline { backfill_per_day = 0 }
budget { requests_per_day = 0  tokens_per_day = 0 }
""" % port)


def asked():
    """Stage one of the 100 rollouts with a model that answers at once."""
    runs, peaks = [], []
    with gateway.Fake(BUILD, "times=0 stage_one") as fake:
        for _ in range(5):
            asking(fake.port)
            runs.append(stages())
        for _ in range(3 if ROOT else 0):
            asking(fake.port)
            peaks.append(must(costs.run(ONCE, "pss"), "mnemod").pss)
    row("stage one with a model, 100 rollouts of 50 kB, all processes",
        "%.1f ms CPU each" % (statistics.median(
            r[0] - r[1] for r in runs) / 100), "33 ms: the peer",
        "below 3 ms")
    if peaks:
        row("  highest sum of PSS", "%.1f MiB" % (
            statistics.median(peaks) / 1024), "102 MiB: the peer",
            "below 32 MiB")


def model():
    asked()
    streamed("an event at a time", "events=1")
    streamed("as fast as it comes", "")
    streams()


ROWS = {"rollouts": rollouts, "long": long_rollout, "many": many,
        "start": start, "waiting": waiting, "publish": publishing,
        "stop": stop, "idle": idle, "model": model, "asked": asked}
ASKED_FOR = {"scale": lambda: scale.rows(BUILD, SCRATCH, row)}


def main():
    os.makedirs(SCRATCH, exist_ok=True)
    row("what", "here", "reference", "to reach")
    for name in sys.argv[2:] or ROWS:
        (ROWS | ASKED_FOR)[name]()
    shutil.rmtree(SCRATCH)


main()
