"""soak.py B SEED SECONDS: chaos, and what must hold all along.

Everything that happens comes from the seed (what the kernel and the clock do
with it does not).  The first thing that does not hold ends the run with the
last steps and the seed."""
import collections
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import scene as scene_py

HOUR, DAY = 3600, 86400
FDS_MAX, RSS_MAX_KB, PROCESSES_MAX = 96, 96 * 1024, 24


class Broken(Exception):
    pass


class Soak:
    def __init__(self, build, seed, seconds):
        self.rng = random.Random(seed)
        self.scene = scene_py.Scene(build, seconds)
        self.seconds = seconds
        self.steps = collections.deque(maxlen=40)
        self.count = collections.Counter()
        self.checks = 0
        self.next_session = 1
        self.filler = None
        self.stopped = []           # workers that we stopped

    def note(self, what):
        self.steps.append("%7.1f %s" % (time.monotonic() - self.began, what))
        self.count[what.split(":")[0]] += 1

    # What may happen.

    def add(self):
        for _ in range(self.rng.randint(1, 4)):
            self.scene.add_session(self.next_session,
                                   self.rng.uniform(7 * HOUR, 5 * DAY))
            self.next_session += 1

    def some_session(self):
        return self.rng.choice(list(self.scene.sessions))

    def grow(self):
        self.scene.grow_session(self.some_session())

    def remove(self):
        self.scene.remove_session(self.some_session())

    def pass_now(self):
        self.scene.signal(signal.SIGUSR1)

    def reload(self):
        self.scene.signal(signal.SIGHUP)

    def kill_worker(self):
        workers = self.scene.workers()
        if workers:
            victim = self.rng.choice(workers)
            how = self.rng.choice([signal.SIGKILL, signal.SIGTERM,
                                   signal.SIGSEGV, signal.SIGSTOP])
            self.kill(victim, how)
            if how == signal.SIGSTOP:
                self.stopped.append(victim)

    def kill(self, pid, signo):
        try:
            os.kill(pid, signo)
        except ProcessLookupError:
            pass

    def let_go(self):
        for pid in self.stopped:
            self.kill(pid, signal.SIGCONT)
        self.stopped = []

    def kill_supervisor(self):
        self.scene.signal(signal.SIGKILL)
        if self.scene.supervisor is not None:
            self.scene.supervisor.wait()
            self.scene.supervisor = None
        self.let_go()
        self.expect_none("a supervisor was killed")

    def halt_supervisor(self):
        self.scene.signal(signal.SIGSTOP)
        time.sleep(self.rng.uniform(0.2, 2))
        self.scene.signal(signal.SIGCONT)

    def restart(self):
        self.let_go()
        status = self.scene.stop()
        if status is None:
            raise Broken("no orderly stop within 20 s")
        if status not in (0, 1, 6, 7):
            raise Broken("exit status %d of a stop" % status)
        self.expect_none("a supervisor ended")
        self.scene.start()

    def edit(self):
        path = os.path.join(self.scene.root, "MEMORY.md")
        if not os.path.exists(path):
            return
        line = "My own note %d.\n" % len(self.scene.notes)
        try:
            with open(path, "a") as f:
                f.write(line)
        except OSError:
            return
        self.scene.notes.append(line)

    def fill_disk(self):
        if self.filler is not None:
            os.unlink(self.filler)
            self.filler = None
            return
        self.filler = self.scene.path("state", "filler")
        with open(self.filler, "wb", buffering=0) as f:
            try:
                while f.write(b"\0" * 65536) == 65536:
                    pass
            except OSError:
                pass

    def clock(self):
        self.scene.move_clock(self.rng.choice([-DAY, -HOUR, HOUR, DAY]))

    def resolv(self):
        self.scene.names()

    def provider(self):
        what = self.rng.choice([
            ["stage_one times=0"], ["stage_one times=0"],
            ["status=500 times=5", "stage_one times=0"],
            ["status=429 header='Retry-After: 1' times=3",
             "stage_one times=0"],
            ["garbage times=2", "stage_one times=0"],
            ["stage_one end=reset half times=3", "stage_one times=0"],
            ["stage_one drip=20 times=0"], None])
        if what is None:
            self.scene.stop_model()
        else:
            self.scene.start_model(*what)

    def flood(self):
        for _ in range(self.rng.randint(5, 20)):
            self.scene.ctl("status", "-j")

    def pause(self):
        self.scene.ctl(self.rng.choice(["pause", "resume"]))

    def garbage(self):
        path = self.scene.path("run", "mnemod", "control.sock")
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(path)
            s.send(self.rng.randbytes(self.rng.randint(1, 5000)))
        except OSError:
            pass
        s.close()

    def wait(self):
        time.sleep(self.rng.uniform(0.1, 2.5))

    WEIGHTS = (("wait", 12), ("add", 6), ("grow", 3), ("remove", 1),
               ("pass_now", 8), ("reload", 2), ("kill_worker", 6),
               ("let_go", 4), ("kill_supervisor", 2), ("halt_supervisor", 1),
               ("restart", 2), ("edit", 4), ("fill_disk", 2), ("clock", 1),
               ("resolv", 1), ("provider", 3), ("flood", 2), ("pause", 1),
               ("garbage", 2))

    # What must hold.

    def expect_none(self, why):
        """No worker outlives its supervisor by more than ten seconds."""
        deadline = time.monotonic() + 13
        while self.scene.processes():
            if time.monotonic() > deadline:
                raise Broken("%s, and these are left: %s" % (
                    why, self.scene.processes()))
            time.sleep(0.05)
        self.checks += 1

    def check(self):
        if self.scene.running():
            pid = self.scene.supervisor.pid
            try:
                fds = len(os.listdir("/proc/%d/fd" % pid))
                with open("/proc/%d/status" % pid) as f:
                    rss = next((int(line.split()[1]) for line in f
                                if line.startswith("VmRSS")), 0)
            except OSError:
                return
            if fds > FDS_MAX or rss > RSS_MAX_KB:
                raise Broken("supervisor: %d descriptors, %d kB" % (fds, rss))
        n = len(self.scene.processes())
        if n > PROCESSES_MAX:
            raise Broken("%d processes" % n)
        self.checks += 1

    def revive(self):
        """A supervisor that ended by itself did so for a reason."""
        if self.scene.supervisor is None:
            self.scene.start()
        elif not self.scene.running():
            status = self.scene.supervisor.returncode
            if status not in (0, 1, 5, 6, 7):
                raise Broken("the supervisor ended: %d" % status)
            self.scene.supervisor = None
            self.note("revived: it ended with %d" % status)
            self.let_go()
            self.expect_none("a supervisor ended")
            self.scene.start()

    def run(self):
        self.began = time.monotonic()
        names = [n for n, _ in self.WEIGHTS]
        weights = [w for _, w in self.WEIGHTS]
        self.scene.start_model("stage_one times=0")
        self.scene.configure()
        self.add()
        self.scene.start()
        while time.monotonic() - self.began < self.seconds:
            name = self.rng.choices(names, weights)[0]
            self.note(name)
            getattr(self, name)()
            self.check()
            self.revive()

    # The end.

    def heal(self):
        self.let_go()
        if self.filler is not None:
            os.unlink(self.filler)
            self.filler = None
        self.scene.start_model("stage_one times=0")
        self.scene.ctl("resume")
        if self.scene.stop() is None:
            raise Broken("no orderly stop at the end")
        self.expect_none("the end")
        for _ in range(4):          # what failed is due a day later
            self.scene.move_clock(2 * DAY)
            status = self.scene.once()
        if status != 0:
            raise Broken("the last pass ended with %d" % status)
        self.expect_none("the last pass")

    def must(self, what, holds):
        if not holds:
            raise Broken(what)
        self.checks += 1

    def audit(self):
        db = sqlite3.connect("file:%s?mode=ro" % self.scene.database,
                             uri=True)
        self.must("the state database is whole", db.execute(
            "pragma integrity_check").fetchone()[0] == "ok")
        self.must("nothing runs", db.execute(
            "select count(*) from jobs where status = 'running'"
        ).fetchone()[0] == 0)
        done = {k for k, in db.execute(
            "select job_key from jobs where kind = 'memory_stage1' and "
            "status = 'done'")}
        missing = [s[3] for s in self.scene.sessions.values()
                   if not s[2] and s[3] not in done]
        self.must("every session that is there was extracted: %s" %
                  missing[:3], not missing)
        with open(os.path.join(self.scene.root, "MEMORY.md")) as f:
            memory = f.read()
        lost = [n for n in self.scene.notes if n not in memory]
        self.must("no line of the user's is lost: %s" % lost[:3], not lost)
        found = subprocess.run(
            ["grep", "-rlaF", scene_py.SECRET, self.scene.root,
             self.scene.path("state"), self.scene.path("log")],
            stdout=subprocess.PIPE, check=False).stdout
        self.must("no secret came out: %s" % found, found == b"")
        fsck = subprocess.run(
            ["git", "-C", self.scene.path("state/mnemod/memories/codex.git"),
             "fsck", "--full", "--no-dangling"], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        self.must("the history is whole: %s" % fsck.stdout,
                  fsck.returncode == 0)
        # A block that was edited is the user's: it may go on citing the
        # summary of a session that has grown since.
        check = self.scene.ctl("check")
        faults = [line for line in check.stdout.decode().splitlines()
                  if ": citation: " not in line]
        self.must("mnemoctl check: %s %s" % (faults, check.stderr),
                  check.returncode in (0, 1) and not faults)
        self.must("no temporary file is left", not [
            n for _, _, files in os.walk(self.scene.root) for n in files
            if n.startswith(".mnemod")])


def main():
    build, seed, seconds = (os.path.abspath(sys.argv[1]), sys.argv[2],
                            int(sys.argv[3]))
    soak = Soak(build, seed, seconds)
    failed = 0
    try:
        soak.run()
        soak.heal()
        soak.audit()
    except Broken as e:
        failed = 1
        print("not ok - soak: %s\nthe last steps:" % e)
        print("\n".join(soak.steps))
        print("the log: %s; the state: %s" % (
            soak.scene.path("log"), soak.scene.keep()))
    finally:
        soak.scene.stop_model()
    print("soak: SEED=%s; %s" % (seed, ", ".join(
        "%s %d" % c for c in sorted(soak.count.items()))))
    print("%d passed, %d failed" % (soak.checks, failed))
    sys.exit(failed)


if __name__ == "__main__":
    main()
