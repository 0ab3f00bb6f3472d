"""ready.py: from fork to `ready', and an empty program's way to its end."""
import fcntl
import json
import os
import statistics
import subprocess
import time

TO_WORKER, FROM_WORKER = 3, 4   # common/fd.h
TIMES = 41


def settings(directory):
    return {"name": "bench", "sandbox": "best-effort",
            "process_titles": "full", "now_offset_ms": 0, "verbose": False,
            "provider": "builtin", "redact": [], "crash_at": None,
            "sources": [{"name": "codex", "path": directory}],
            "memory_roots": [directory], "memory": "bench",
            "staging": directory, "hold_ms": 0, "generator": "builtin/1"}


def frame(kind, body):
    text = json.dumps({"type": kind, "id": 0, "body": body}).encode()
    return len(text).to_bytes(4, "big") + text


def spawn(argv, to_worker, from_worker):
    actions = [(os.POSIX_SPAWN_DUP2, to_worker, TO_WORKER),
               (os.POSIX_SPAWN_DUP2, from_worker, FROM_WORKER)]
    return os.posix_spawn(argv[0], argv, {}, file_actions=actions)


def pipe():
    """Both ends out of the way of the numbers that a worker is given."""
    ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in os.pipe()]
    os.closerange(3, 20)
    return ends


def once(argv, request, answer):
    """Milliseconds until `answer' came; None: until the end.  -1: never."""
    to_read, to_write = pipe()
    from_read, from_write = pipe()
    os.write(to_write, request)
    begin = time.monotonic()
    pid = spawn(argv, to_read, from_write)
    os.close(from_write)
    seen = b""
    while answer is None or answer not in seen:
        more = os.read(from_read, 65536)
        if not more:
            break
        seen += more
    took = (time.monotonic() - begin) * 1000
    for fd in (to_read, to_write, from_read):
        os.close(fd)
    os.waitpid(pid, 0)
    return took if answer is None or answer in seen else -1


def empty_program(program, where):
    """A program that does nothing, with the libraries of another."""
    needed = subprocess.run(["readelf", "-d", program], check=True,
                            capture_output=True, text=True).stdout
    libs = ["-l:" + line.split("[")[1].rstrip("]")
            for line in needed.splitlines() if "(NEEDED)" in line]
    subprocess.run(["gcc", "-x", "c", "-", "-o", where, "-pie", "-fPIE",
                    "-Wl,-z,now", "-Wl,--no-as-needed"] + libs, check=True,
                   input="int main(void){return 0;}", text=True)
    return where


def measure(program, role, directory):
    """Medians in ms: until ready, and of the empty program.  In turns."""
    os.makedirs(os.path.join(directory, "sessions"), exist_ok=True)
    empty = empty_program(program, os.path.join(directory, "empty"))
    request = frame("configure", {"role": role,
                                  "settings": settings(directory)})
    ours, reference = [], []
    for _ in range(TIMES):
        ours.append(once([program], request, b'"ready"'))
        reference.append(once([empty], b"", None))
    if -1 in ours:
        raise RuntimeError("%s: no answer" % program)
    return statistics.median(ours), statistics.median(reference)
