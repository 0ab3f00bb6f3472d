"""scale.py: what ten times as much costs.  Nothing here should grow by much
more than the number does."""
import os
import shutil
import socket
import subprocess
import time

import costs
import gateway
import publish
import world
from daemon import Daemon, precise_cpu

NOW = ["-o", "now=" + world.NOW]
ENOUGH = 0.02    # seconds of CPU below which a ratio says nothing
MEMORY = """memory "m%d" {
	root = "%s/m%d"
	cwd = {"*"}
}
"""


class Bench:
    def __init__(self, build, scratch, row):
        self.build, self.scratch, self.row = build, scratch, row
        self.mnemod = [os.path.join(build, "mnemod"), "--yes"] + NOW
        self.ctl = [os.path.join(build, "mnemoctl")] + NOW
        self.seen = {}

    def fresh(self):
        return world.world(os.path.join(self.scratch, "world"))

    def run(self, argv, *statuses):
        cost = costs.run(argv, "rss")
        if cost.status not in (0,) + statuses:
            raise RuntimeError("%s: exit status %d" % (argv, cost.status))
        return cost.cpu, max(cost.rss.values(), default=0)

    def once(self, *more):
        return self.run(self.mnemod + ["-1", *more])

    def ask(self, *command):
        return self.run(self.ctl + [*command], 1)

    def daemon(self):
        return Daemon(self.mnemod, os.path.join(self.scratch, "log"))

    def note(self, what, count, cost):
        """CPU seconds and KiB; the second time for a subject it is shown."""
        cpu, kib = cost
        if what not in self.seen:
            self.seen[what] = count, cpu, kib
            return
        few, cpu_few, kib_few = self.seen[what]
        grown = "" if cpu < ENOUGH else "CPU %.1f times" % (
            cpu / max(cpu_few, 0.001))
        self.row(what, "%d: %.0f ms, %.1f MiB" % (
            few, cpu_few * 1000, kib_few / 1024), "%d: %.0f ms, %.1f MiB" % (
            count, cpu * 1000, kib / 1024), grown)


def configure(text):
    path = os.path.join(os.environ["XDG_CONFIG_HOME"], "mnemod")
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "mnemod.conf"), "w") as f:
        f.write(text)


def used(pids, before):
    """Of a running mnemod: CPU since, and the highest RSS."""
    return precise_cpu(pids) - before, max(
        costs.field("/proc/%d/status" % p, "VmHWM:") for p in pids)


def holding(roots, count, thread):
    """How many of the memories were made from that thread too."""
    n = 0
    for k in range(count):
        with open(os.path.join(roots, "m%d" % k, "raw_memories.md")) as f:
            n += thread in f.read()
    return n


def killed(b, roots, count):
    """kill -9 when a session more is in half of them, and the run after."""
    with subprocess.Popen(b.mnemod + ["-1"], stderr=subprocess.DEVNULL) as m:
        while m.poll() is None and holding(
                roots, count, world.thread_id(5)) < count // 2:
            time.sleep(0.5)
        m.kill()
    b.note("memories: what a kill -9 left, and the rest", count, b.once())
    if holding(roots, count, world.thread_id(5)) < count:
        raise RuntimeError("memories that kill -9 left behind")


def memories(b, count):
    sessions = b.fresh()
    world.usual_files(sessions, 5)
    roots = os.path.join(b.scratch, "world", "roots")
    os.makedirs(roots)
    configure("".join(MEMORY % (n, roots, n) for n in range(count)))
    b.note("memories: a pass that publishes all", count, b.once())
    b.note("memories: start and a pass, nothing new", count, b.once())
    b.note("memories: mnemoctl status", count, b.ask("status"))
    b.note("memories: mnemoctl jobs", count, b.ask("jobs"))
    world.write(world.path_of(sessions, 5), world.usual(5),
                world.BASE_MS / 1000 + 30)
    killed(b, roots, count)
    with b.daemon() as d:
        d.settle(2)
        pids, before = d.pids(), precise_cpu(d.pids())
        time.sleep(10)
        b.note("memories: idle for 10 s", count, used(pids, before))


def workers(b, count):
    driver = os.path.join(b.build, "test", "supdriver")
    fake = os.path.join(b.build, "test", "fakeworker")
    libexec = os.path.join(b.scratch, "libexec")
    os.makedirs(libexec, exist_ok=True)
    shutil.copy(fake, os.path.join(libexec, "mnemod-extract"))
    for what, script, options in (
            ("start and end", "start exit=0", []),
            ("20 requests to each", "start serve",
             ["-o", "requests=20", "-o", "stop_after=3000"])):
        b.note("workers: " + what, count, b.run(
            [driver, "-1", "-l", libexec, *options,
             "extract*%d=%s" % (count, script)]))


def looks(b, what, count):
    """What a person asks of a memory."""
    b.note(what + ": mnemoctl check", count, b.ask("check"))
    b.note(what + ": mnemoctl status", count, b.ask("status"))
    b.note(what + ": mnemoctl search", count, b.ask("search", "summary"))
    b.note(what + ": mnemoctl history", count, b.ask("history"))


def folder(b, what, count, files):
    """An adopted root, and one session more."""
    sessions = b.fresh()
    publish.fill(os.path.join(os.environ["CODEX_HOME"], "memories"), *files)
    b.note(what + ": adopt", count, b.once("--adopt"))
    world.usual_files(sessions, 1)
    b.note(what + ": one session more", count, b.once())
    b.note(what + ": a pass, nothing new", count, b.once())
    looks(b, what, count)


def summaries(b, count):
    folder(b, "summaries", count, (count,))


def root(b, mib):
    """A thousand files of 5 or 50 kB."""
    folder(b, "root of MiB", mib, (1000, mib * 1048576 // 1000 // 46))


def outputs(b, count):
    """All of one's own: each is extracted, selected and published."""
    world.young_files(b.fresh(), count)
    configure("pipeline { max_raw_memories_for_consolidation = 4096 }\n")
    b.note("sessions: all are taken in", count, b.once())
    b.note("sessions: a pass, nothing new", count, b.once())
    looks(b, "sessions", count)
    b.note("sessions: mnemoctl jobs", count, b.ask("jobs"))
    b.note("sessions: mnemoctl why", count,
           b.ask("why", world.thread_id(count // 2)))


def rollouts(b, count):
    world.tiny_files(b.fresh(), count)
    b.note("rollouts: first scan", count, b.once())
    b.note("rollouts: re-scan", count, b.once())
    b.note("rollouts: mnemoctl status", count, b.ask("status"))
    b.note("rollouts: mnemoctl jobs", count, b.ask("jobs"))
    b.note("rollouts: mnemoctl why", count,
           b.ask("why", world.thread_id(count // 2)))


def clients(b, count):
    """So many that say nothing while one asks."""
    world.usual_files(b.fresh(), 1)
    path = os.path.join(os.environ["XDG_RUNTIME_DIR"], "mnemod",
                        "control.sock")
    with b.daemon() as d:
        d.settle(1)
        pids, before, silent = d.pids(), precise_cpu(d.pids()), []
        for _ in range(count):
            silent.append(socket.socket(socket.AF_UNIX))
            silent[-1].connect(path)
        for _ in range(50):
            subprocess.run(b.ctl + ["metrics"], check=True,
                           stdout=subprocess.DEVNULL)
        b.note("control clients: 50 requests", count, used(pids, before))
        for s in silent:
            s.close()


def streams(b, count):
    go = os.path.join(b.scratch, "go")
    rule = "times=0 fill=65536 delta=16 events=1 hold=" + go
    with gateway.Fake(b.build, rule) as fake:
        with gateway.Gateway(b.build, fake.port) as g:
            before = precise_cpu([g.pid])
            for _ in range(count):
                g.ask()
            with open(go, "w"):
                pass
            for _ in range(count):
                g.answered()
            b.note("streams of 0.9 MB", count, used([g.pid], before))
    os.unlink(go)


def giant(b, mib):
    sessions = b.fresh()
    if shutil.disk_usage(b.scratch).free < mib * 3 << 20:
        b.row("a rollout of %d MiB" % mib, "skipped: no room")
        return
    path = world.long_file(sessions, mib)
    b.note("a rollout of MiB: mnemod -p", mib, b.run(
        [b.mnemod[0], "-p", path]))
    b.note("a rollout of MiB: all stages", mib, b.once())
    os.unlink(path)


ROWS = ((workers, 50, 200), (clients, 20, 200), (streams, 6, 64),
        (memories, 100, 1000), (summaries, 1000, 10000), (root, 5, 50),
        (rollouts, 10000, 100000), (outputs, 400, 4000), (giant, 500, 5000))


def rows(build, scratch, row):
    only = os.environ.get("SCALE", "").split()
    for subject, few, many in ROWS:
        if only and subject.__name__ not in only:
            continue
        b = Bench(build, scratch, row)
        try:
            subject(b, few)
            subject(b, many)
        except RuntimeError as why:
            row(subject.__name__, "FAILED", str(why))
