"""publish.py: a change of one file in a memory, and git's commit of it."""
import os
import shutil
import statistics
import subprocess
import time

import world

TIMES = 9
NOTE = "extensions/ad_hoc/notes/%d.md"


def fill(root, count, lines=40):
    """A memory of another program: `count' summaries and the rest."""
    summaries = os.path.join(root, "rollout_summaries")
    os.makedirs(summaries)
    for n in range(count):
        with open(os.path.join(summaries, "part-%04d.md" % n), "w") as f:
            f.write("thread_id: %s\nupdated_at: 2026-11-01T10:00:00+00:00\n"
                    "cwd: /home/dev/p\n\n# Part %d\n\n" % (
                        world.thread_id(n), n))
            f.write("A line of a summary that tells what was done.\n" * lines)
    for name, text in (("MEMORY.md", "# Task Group: x\n\nscope: x\n"),
                       ("memory_summary.md", "v1\n")):
        with open(os.path.join(root, name), "w") as f:
            f.write(text)


def timed(argv):
    """Milliseconds; it must succeed."""
    begin = time.monotonic()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - begin) * 1000


def remembered(mnemoctl):
    """Median ms of `mnemoctl remember': a running mnemod publishes a note."""
    return statistics.median(timed([
        mnemoctl, "remember", "We deploy part %d on Tuesdays." % n])
        for n in range(TIMES))


def committed(root, where):
    """Median ms of git's commit of such a note, everything on the disk."""
    if shutil.which("git") is None:
        return None
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(root, where)
    git = ["git", "-C", where, "-c", "user.name=x", "-c", "user.email=x@y.z",
           "-c", "core.fsync=all"]
    timed(git + ["init", "-q"])
    timed(git + ["add", "-A"])
    timed(git + ["commit", "-q", "-m", "begin"])
    took = []
    for n in range(TIMES):
        path = os.path.join(where, NOTE % n)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write("We deploy part %d on Tuesdays.\n" % n)
        took.append(timed(git + ["add", "-A"]) +
                    timed(git + ["commit", "-q", "-m", "note"]))
    return statistics.median(took)
