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


class Git:
    """The same memory in a repository of git's.

    What mnemod has published is on the disk when it says so: objects,
    references and the memory's own files.  By default git writes loose
    objects, its index and references without waiting for them, and a power
    cut takes the commit away again; core.fsync=all is git's way to ask for
    the same as ours, though even then it leaves the folder's new file, and
    the folders of its objects, to the kernel.
    """

    def __init__(self, root, where):
        self.where = where
        shutil.rmtree(where, ignore_errors=True)
        shutil.copytree(root, where)
        self.command = ["git", "-C", where, "-c", "user.name=x", "-c",
                        "user.email=x@y.z", "-c", "core.fsync=all"]
        timed(self.command + ["init", "-q"])
        self.commit()

    def commit(self):
        """Milliseconds of a commit of whatever has changed."""
        return (timed(self.command + ["add", "-A"]) +
                timed(self.command + ["commit", "-q", "-m", "note"]))

    def note(self, n, text):
        path = os.path.join(self.where, NOTE % n)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text + "\n")
        return self.commit()


def note(mnemoctl, root, where):
    """Median ms of `mnemoctl remember', of which a running mnemod publishes
    the note, and of git's commit of it (None: no git), in turn."""
    git = None if shutil.which("git") is None else Git(root, where)
    ours, theirs = [], []
    for n in range(TIMES):
        text = "We deploy part %d on Tuesdays." % n
        ours.append(timed([mnemoctl, "remember", text]))
        if git is not None:
            theirs.append(git.note(n, text))
    return statistics.median(ours), (
        None if git is None else statistics.median(theirs))
