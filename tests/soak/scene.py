"""scene.py: the world of a soak: a home with sessions, a state on a small
disk, a model server, a clock that can be moved, and the supervisor."""
import glob
import os
import shutil
import signal
import subprocess
import time
import uuid

HOUR = 3600
SECRET = "gh" + "p_" + "Q7mZ4xW1vB8nR2kT6yP0sD3fG5hJ9lC1aE4u"


class Scene:
    def __init__(self, build, seconds):
        self.build = build
        self.test = os.path.join(build, "test")
        self.dir = os.path.join(build, "soak")
        shutil.rmtree(self.dir, ignore_errors=True)
        for sub in ("home", "codex/sessions", "config/mnemod", "run",
                    "state"):
            os.makedirs(os.path.join(self.dir, sub), mode=0o700)
        self.env = dict(
            PATH=os.environ["PATH"], LANG="C", HOME=self.path("home"),
            CODEX_HOME=self.path("codex"), FAKE_KEY="sk-fake-soak-key",
            XDG_CONFIG_HOME=self.path("config"),
            XDG_STATE_HOME=self.path("state"),
            XDG_RUNTIME_DIR=self.path("run"),
            MNEMOD_TEST_GRACE_MS="2000", SHIM_CLOCK=self.path("clock"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700",
                        "tmpfs", self.path("state")], check=True)
        self.sessions = {}          # number: [path, time, removed]
        self.notes = []
        self.offset = 0
        self.port = 0
        self.model = self.supervisor = None
        self.seconds = seconds
        self.log = open(self.path("log"), "ab")
        self.move_clock(0)
        self.names()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    @property
    def root(self):
        return self.path("codex", "memories")

    @property
    def database(self):
        return self.path("state", "mnemod", "state.db")

    def keep(self):
        """A copy of the state that outlives the name space."""
        copy = self.path("state.kept")
        subprocess.run(["cp", "-a", self.path("state", "mnemod"), copy],
                       check=False)
        return copy

    # The clock.

    def now(self):
        return time.time() + self.offset

    def move_clock(self, seconds):
        self.offset += seconds
        with open(self.path("clock.new"), "w") as f:
            f.write("%d\n" % self.offset)
        os.rename(self.path("clock.new"), self.path("clock"))

    def names(self):
        """A resolv.conf of our own, replaced while others read it."""
        mine = self.path("resolv.conf")
        with open(mine, "w") as f:
            f.write("nameserver 127.0.0.1\n# %d\n" % time.monotonic_ns())
        subprocess.run(["mount", "--bind", mine, "/etc/resolv.conf"],
                       check=False)

    # Sessions.

    def stamp(self, at):
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at))

    def lines(self, n, at, words):
        t = '{"timestamp":"%s","type":"' % self.stamp(at)
        say = (t + 'response_item","payload":{"type":"message","role":"%s",'
               '"content":[{"type":"%s","text":"%s"}]}}\n')
        return (say % ("user", "input_text", words) +
                say % ("assistant", "output_text",
                       "Fixed parser%d.c; make check%d passes." % (n, n)))

    def add_session(self, n, age):
        at = self.now() - age
        where = self.path("codex", "sessions",
                          time.strftime("%Y/%m/%d", time.gmtime(at)))
        os.makedirs(where, exist_ok=True)
        ident = str(uuid.UUID(int=(int(at * 1000) << 80) | (7 << 76) |
                              (2 << 62) | n))
        path = os.path.join(where, "rollout-%s-%s.jsonl" % (
            time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime(at)), ident))
        meta = ('{"timestamp":"%s","type":"session_meta","payload":{"id":'
                '"%s","timestamp":"%s","cwd":"/home/u/p%d","source":"cli"}}'
                '\n' % (self.stamp(at), ident, self.stamp(at), n % 5))
        words = ("I always want tests first. Fix the crash in parser%d.c; "
                 "the token is %s" % (n, SECRET))
        with open(path, "w") as f:
            f.write(meta + self.lines(n, at, words))
        os.utime(path, (at, at))
        self.sessions[n] = [path, at, False, ident]

    def grow_session(self, n):
        path, at, removed, _ = self.sessions[n]
        if removed:
            return
        at += 60
        with open(path, "a") as f:
            f.write(self.lines(n, at, "And one more thing."))
        os.utime(path, (at, at))
        self.sessions[n][1] = at

    def remove_session(self, n):
        path, _, removed, _ = self.sessions[n]
        if not removed:
            os.unlink(path)
            self.sessions[n][2] = True

    # The model.

    def start_model(self, *rules):
        self.stop_model()
        port = ["-p", str(self.port)] if self.port else []
        self.model = subprocess.Popen(
            [os.path.join(self.test, "fakemodel"), "-t",
             str(self.seconds + 300), *port, *rules],
            env=self.env, stdout=subprocess.PIPE, stderr=self.log)
        line = self.model.stdout.readline()
        self.port = int(line or self.port)

    def stop_model(self):
        if self.model is not None:
            self.model.kill()
            self.model.wait()
            self.model = None

    def configure(self):
        with open(self.path("config", "mnemod", "mnemod.conf"), "w") as f:
            f.write('min_free_mb = 0\nuse_provider = "fake"\nprovider "fake" {\n'
                    '\tapi = chat\n\tbase_url = "http://127.0.0.1:%d/v1"\n'
                    '\tkey_env = "FAKE_KEY"\n\textract_model = "fake-mini"\n'
                    '\tconsolidation_model = "builtin"\n'
                    '\tcontext_window = 100000\n}\n'
                    'pipeline { consolidation_cooldown_hours = 0 '
                    'backfill_per_day = 0 }\n'
                    'budget { requests_per_day = 100000 '
                    'tokens_per_day = 90000000 }\n' % self.port)

    # The supervisor.

    def start(self):
        env = dict(self.env, LD_PRELOAD=os.path.join(self.test, "shim.so"))
        self.supervisor = subprocess.Popen(
            [os.path.join(self.test, "mnemod"), "--yes"], env=env,
            stdout=subprocess.DEVNULL, stderr=self.log,
            start_new_session=True)
        deadline = time.monotonic() + 5
        while self.running() and time.monotonic() < deadline:
            if self.catches(signal.SIGUSR1):
                break
            time.sleep(0.01)

    def catches(self, signo):
        """Its handlers are in place; before, any signal ends it."""
        with open("/proc/%d/status" % self.supervisor.pid) as f:
            for line in f:
                if line.startswith("SigCgt"):
                    return int(line.split()[1], 16) >> (signo - 1) & 1
        return 0

    def running(self):
        return (self.supervisor is not None and
                self.supervisor.poll() is None)

    def signal(self, signo):
        if self.running():
            self.supervisor.send_signal(signo)

    def stop(self, seconds=20):
        """Exit status of an orderly stop; None: it did not come."""
        if self.supervisor is None:
            return 0
        if self.running():
            self.supervisor.send_signal(signal.SIGCONT)
            self.supervisor.send_signal(signal.SIGTERM)
        try:
            status = self.supervisor.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.supervisor = None
        return status

    def once(self):
        env = dict(self.env, LD_PRELOAD=os.path.join(self.test, "shim.so"))
        return subprocess.run(
            [os.path.join(self.test, "mnemod"), "-1", "--yes"], env=env,
            stdout=subprocess.DEVNULL, stderr=self.log, check=False,
            timeout=120).returncode

    def ctl(self, *args):
        return subprocess.run(
            [os.path.join(self.test, "mnemoctl"), *args], env=self.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=60)

    def processes(self):
        """Pids of mnemod's processes: {pid: comm}.  As the first process
        of the namespace we do not collect orphans: dead ones stay."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path) as f:
                    head, tail = f.read().rsplit(")", 1)
            except OSError:
                continue
            comm = head.split("(", 1)[1]
            if comm.startswith("mnemod") and tail.split()[0] != "Z":
                found[int(path.split("/")[2])] = comm
        return found

    def workers(self):
        return [p for p, c in self.processes().items() if c != "mnemod"]
