"""gateway.py: one gateway worker and tests/fakemodel, driven by frames."""
import fcntl
import json
import os
import subprocess

TO_WORKER, FROM_WORKER = 3, 4   # common/fd.h
ID = "01a2ffff-0000-7000-8000-00000000005e"


class Fake:
    """fakemodel with these rules; its port."""

    def __init__(self, build, *rules):
        self.child = subprocess.Popen(
            [os.path.join(build, "test", "fakemodel"), "-t", "600", *rules],
            stdout=subprocess.PIPE)
        self.port = int(self.child.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def frame(text):
    return len(text).to_bytes(4, "big") + text


def pipe():
    """Both ends out of the way of the numbers that a worker is given."""
    ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in os.pipe()]
    os.closerange(3, 20)
    return ends


class Gateway:
    """The worker, from configure to ready, on this port."""

    def __init__(self, build, port):
        to_read, self.to = pipe()
        self.out, from_write = pipe()
        path = os.path.join(build, "libexec", "mnemod-gateway")
        self.pid = os.posix_spawn(path, [path], {}, file_actions=[
            (os.POSIX_SPAWN_DUP2, to_read, TO_WORKER),
            (os.POSIX_SPAWN_DUP2, from_write, FROM_WORKER)])
        os.close(to_read)
        os.close(from_write)
        self.serial = 0
        self.send("configure", {"role": "gateway", "settings": {
            "sandbox": "best-effort", "name": "gateway",
            "version": "0.1.0", "originator": "mnemod",
            "user_agent": "mnemod/0.1.0 (Linux; x86_64)",
            "installation_id": None, "telemetry": None,
            "provider": {
                "name": "fake", "api": "responses", "auth": "",
                "base_url": "http://127.0.0.1:%d/v1" % port,
                "key": "sk-fake", "context_window": 100000}}})
        self.wait("ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.to)
        os.close(self.out)
        os.waitpid(self.pid, 0)

    def send(self, kind, body, payload=None):
        self.serial += 1
        head = {"type": kind, "id": self.serial, "session_id": ID,
                "thread_id": ID, "body": body}
        if payload is not None:
            head["payload"] = True
        data = frame(json.dumps(head).encode())
        if payload is not None:
            data += frame(json.dumps(payload).encode())
        os.write(self.to, data)

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = os.read(self.out, size - len(data))
            if not more:
                raise RuntimeError("the gateway ended")
            data += more
        return data

    def wait(self, kind):
        """The next message of this type; its payload is read too."""
        while True:
            size = int.from_bytes(self.exactly(4), "big")
            head = json.loads(self.exactly(size))
            if head.get("payload"):
                self.exactly(int.from_bytes(self.exactly(4), "big"))
            if head["type"] == kind:
                return head

    def ask(self):
        self.send("model_request", {
            "purpose": "stage_one", "model": "fake-mini", "effort": "low",
            "max_output_tokens": 9000, "cache_key": ID, "idle_ms": 30000,
            "deadline_ms": 300000}, {
                "instructions": "", "tools": [], "schema": "stage_one",
                "messages": [{"role": "user", "text": "Remember."}]})

    def answered(self):
        """A reply; it must be good."""
        body = self.wait("model_response")["body"]
        if body["outcome"] != "ok":
            raise RuntimeError("%(error)s: %(message)s" % body)
        return body


def curl(port, times):
    """The command that takes so many replies over one connection."""
    argv = ["curl", "-sSN", "-H", "content-type: application/json", "-d", "{}"]
    for _ in range(times):
        argv += ["http://127.0.0.1:%d/v1/responses" % port, "-o", "/dev/null"]
    return argv


LETTERS = "sed -n 's/^data: //p' | jq -j " + \
    "'select(.type == \"response.output_text.delta\").delta'"


def letters(command):
    """The same as a shell does it: what the events say, put together."""
    return ["sh", "-c", " ".join("'%s'" % word for word in command if
                                 word not in ("-o", "/dev/null")) +
            " | " + LETTERS]
