"""agents.py: agents that wait for a model, driven by frames."""
import os

import costs
import ready

SUBMIT = {"items": [{"type": "text", "text": "Fold in what is new. " * 500}],
          "environments": None}


class Agent:
    """One worker, from configure to its first request of a model."""

    def __init__(self, program, staging):
        os.makedirs(staging)
        to_read, self.to = ready.pipe()
        self.out, from_write = ready.pipe()
        settings = ready.settings(staging)
        settings.update(provider="fake", turns=60, context_bytes=400000)
        self.pid = ready.spawn([program], to_read, from_write)
        os.close(to_read)
        os.close(from_write)
        os.write(self.to, ready.frame("configure", {
            "role": "consolidate", "settings": settings}))
        self.wait(b'"ready"')
        os.write(self.to, ready.frame("submit", SUBMIT))
        self.wait(b'"model_request"')

    def wait(self, answer):
        seen = b""
        while answer not in seen:
            more = os.read(self.out, 65536)
            if not more:
                raise RuntimeError("an agent ended: %r" % seen[-500:])
            seen += more

    def pss_kib(self):
        return costs.pss_kib([self.pid])

    def close(self):
        os.close(self.to)
        os.close(self.out)
        os.waitpid(self.pid, 0)


def pss_of_waiting(program, directory, count):
    """KiB of each of so many that wait at the same time."""
    agents = [Agent(program, os.path.join(directory, "staging-%d" % i))
              for i in range(count)]
    found = [a.pss_kib() for a in agents]
    for a in agents:
        a.close()
    return found
