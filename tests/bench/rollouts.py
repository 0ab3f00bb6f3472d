"""rollouts.py DIR N: N rollouts of about 50 kB, each its own thread."""
import json, os, sys, uuid

d, n = sys.argv[1], int(sys.argv[2])
os.makedirs(d, exist_ok=True)
base = 1795341600000            # 2026-11-22T10:00:00Z


def rec(t, kind, payload):
    ts = "2026-11-22T%02d:%02d:%02d.%03dZ" % (10 + t // 3600, t // 60 % 60,
                                              t % 60, 0)
    return json.dumps({"timestamp": ts, "type": kind, "payload": payload},
                      separators=(",", ":"))


def msg(role, text):
    kind = "input_text" if role == "user" else "output_text"
    return {"type": "message", "role": role,
            "content": [{"type": kind, "text": text}]}


for i in range(n):
    raw = ((base + i * 1000) << 80) | (7 << 76) | (2 << 62) | (i * 7919)
    tid = str(uuid.UUID(int=raw))
    cwd = "/home/dev/src/project-%d" % (i % 7)
    out = "\n".join("src/module_%d.c:%d: note: line of a long build log %d"
                    % (k % 13, k, k * 31) for k in range(140))
    lines = [rec(0, "session_meta", {
        "id": tid, "timestamp": "2026-11-22T10:00:00.000Z", "cwd": cwd,
        "originator": "codex_cli_rs", "cli_version": "0.132.0",
        "source": "cli", "model_provider": "openai"})]
    lines.append(rec(1, "response_item", msg(
        "user", "Make the parser of part %d accept empty input." % i)))
    for k in range(5):
        call = "call_%d" % k
        ok = 0 if k == 4 else 2
        lines.append(rec(2 + k, "response_item", {
            "type": "function_call", "name": "exec_command",
            "arguments": json.dumps({"cmd": "make -C part%d test" % i}),
            "call_id": call}))
        lines.append(rec(2 + k, "response_item", {
            "type": "function_call_output", "call_id": call,
            "output": "Process exited with code %d\nOutput:\n%s\n%s" % (
                ok, out, "PASS" if ok == 0 else
                "parser.c:%d: error: expected expression" % (40 + i))}))
        lines.append(rec(2 + k, "response_item", {
            "type": "reasoning", "summary": [],
            "encrypted_content": "gAAAAAB" + "0123456789abcdef" * 40}))
    lines.append(rec(9, "response_item", msg(
        "assistant", "The parser accepts empty input now; tests pass.")))
    lines.append(rec(20, "response_item", msg(
        "user", "Good. From now on always run make test in part%d before "
        "you answer." % i)))
    p = os.path.join(d, "rollout-2026-11-22T10-00-00-%s.jsonl" % tid)
    with open(p, "w") as f:
        f.write("\n".join(lines) + "\n")
    os.utime(p, (base / 1000 + 30, base / 1000 + 30))
