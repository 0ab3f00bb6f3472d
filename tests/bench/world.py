"""world.py: a Codex home of its own, filled with made rollouts."""
import json
import os
import shutil
import uuid

NOW = "2026-11-23T12:00:00Z"
BASE_MS = 1795341600000         # 2026-11-22T10:00:00Z


def world(directory):
    """An empty world, and the environment that leads nowhere else."""
    shutil.rmtree(directory, ignore_errors=True)
    paths = {"HOME": "home", "CODEX_HOME": "codex",
             "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state",
             "XDG_RUNTIME_DIR": "run", "XDG_CACHE_HOME": "cache",
             "XDG_DATA_HOME": "data"}
    for key, sub in paths.items():
        os.environ[key] = os.path.join(directory, sub)
    for sub in ("home", "codex", "config", "run"):
        os.makedirs(os.path.join(directory, sub), mode=0o700)
    return os.path.join(directory, "codex", "sessions")


def thread_id(n):
    """A UUIDv7 of the n-th second of the day."""
    return str(uuid.UUID(int=((BASE_MS + n * 1000) << 80) | (7 << 76) |
                         (2 << 62) | (n * 7919)))


def record(second, kind, payload):
    """A line of a rollout, `second' seconds after its start."""
    stamp = "2026-11-22T%02d:%02d:%02d.000Z" % (
        10 + second // 3600 % 12, second // 60 % 60, second % 60)
    return json.dumps({"timestamp": stamp, "type": kind,
                       "payload": payload}, separators=(",", ":"))


def meta(n):
    return record(0, "session_meta", {
        "id": thread_id(n), "timestamp": "2026-11-22T10:00:00.000Z",
        "cwd": "/home/dev/src/project-%d" % (n % 7),
        "originator": "codex_cli_rs", "cli_version": "0.132.0",
        "source": "cli", "model_provider": "openai"})


def message(role, text):
    kind = "input_text" if role == "user" else "output_text"
    return {"type": "message", "role": role,
            "content": [{"type": kind, "text": text}]}


def call(n, command):
    return {"type": "function_call", "name": "exec_command",
            "arguments": json.dumps({"cmd": command}), "call_id": "call_%d" % n}


def output(n, text):
    return {"type": "function_call_output", "call_id": "call_%d" % n,
            "output": text}


def reasoning(size):
    return {"type": "reasoning", "summary": [],
            "encrypted_content": "gAAAAAB" + "0123456789abcdef" * (size // 16)}


def path_of(sessions, n, day="2026/11/22"):
    return os.path.join(sessions, day, "rollout-%sT10-00-00-%s.jsonl" % (
        day.replace("/", "-"), thread_id(n)))


def write(path, lines, mtime):
    with open(path, "w") as f:
        for line in lines:
            f.write(line)
            f.write("\n")
    os.utime(path, (mtime, mtime))


def build_log(first, lines):
    """What fills most transcripts: the output of tools."""
    return "\n".join("src/module_%d.c:%d: note: line of a long build log %d" %
                     (k % 13, k, k * 31) for k in range(first, first + lines))


def usual(n):
    """A session of about 50 kB in which something was learnt."""
    yield meta(n)
    yield record(1, "response_item", message(
        "user", "Make the parser of part %d accept empty input." % n))
    for k in range(5):
        good = k == 4
        yield record(2 + k, "response_item", call(k, "make -C part%d test" % n))
        yield record(2 + k, "response_item", output(
            k, "Process exited with code %d\nOutput:\n%s\n%s" % (
                0 if good else 2, build_log(0, 140), "PASS" if good else
                "parser.c:%d: error: expected expression" % (40 + n))))
        yield record(2 + k, "response_item", reasoning(640))
    yield record(9, "response_item", message(
        "assistant", "The parser accepts empty input now; tests pass."))
    yield record(20, "response_item", message(
        "user", "Good. From now on always run make test in part%d before you "
        "answer." % n))


def usual_files(sessions, count):
    os.makedirs(os.path.join(sessions, "2026/11/22"))
    for n in range(count):
        write(path_of(sessions, n), usual(n), BASE_MS / 1000 + 30)


def tiny_files(sessions, count):
    """Old sessions of two lines, a thousand to a day."""
    old = BASE_MS / 1000 - 400 * 86400
    for n in range(count):
        day = "2025/%02d/%02d" % (1 + n // 28000, 1 + n // 1000 % 28)
        path = path_of(sessions, n, day)
        if n % 1000 == 0:
            os.makedirs(os.path.dirname(path))
        write(path, (meta(n), record(1, "response_item", message(
            "user", "Say hello %d times." % n))), old)


def young_files(sessions, count):
    """Sessions of five lines in which something was learnt."""
    os.makedirs(os.path.join(sessions, "2026/11/22"))
    for n in range(count):
        write(path_of(sessions, n), (
            meta(n), record(1, "response_item", message(
                "user", "Make the parser of part %d accept nothing." % n)),
            record(2, "response_item", call(0, "make -C part%d test" % n)),
            record(3, "response_item", output(
                0, "Process exited with code 0\nOutput:\nPASS")),
            record(9, "response_item", message(
                "assistant", "It accepts empty input now; tests pass."))),
            BASE_MS / 1000 + 30)


def turn(k, log, image):
    """About 1 MiB of a long session, as users report them: most of it
    compaction and images, the rest what tools and the model said."""
    old = [message("assistant", log[i:i + 4000]) for i in range(
        0, 400000, 4000)]
    yield record(k, "compacted", {"message": "", "replacement_history": old})
    yield record(k, "response_item", {"type": "message", "role": "user",
                 "content": [{"type": "input_image",
                              "image_url": "data:image/png;base64," + image}]})
    yield record(k, "event_msg", {"type": "item_completed", "item": {
        "type": "CommandExecution", "aggregated_output": log[:120000]}})
    for i in range(20):
        yield record(k, "response_item", call(k * 20 + i, "make test"))
        yield record(k, "response_item", output(
            k * 20 + i, log[i * 8000:i * 8000 + 8000]))
        yield record(k, "event_msg", {"type": "token_count", "info": None})
        yield record(k, "response_item", reasoning(4000))
    yield record(k, "response_item", message("assistant", log[:6000]))
    yield record(k, "response_item", message("user", "Go on with %d." % k))


def long_file(sessions, mib):
    """One rollout of `mib' MiB.  Its turns are made once and repeated."""
    os.makedirs(os.path.join(sessions, "2026/11/22"))
    path = path_of(sessions, 0)
    text = "\n".join(turn(7, build_log(0, 9000), "iVBORw0KGgo" * 15000))
    block = (text + "\n").encode()
    with open(path, "wb") as f:
        f.write((meta(0) + "\n").encode())
        while f.tell() < mib << 20:
            f.write(block)
    os.utime(path, (BASE_MS / 1000 + 30,) * 2)
    return path
