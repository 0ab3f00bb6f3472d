#!/usr/bin/env python3
"""cover.py EXPORT LIST: what the tests do not reach.

EXPORT is what `llvm-cov export` says of the programs.  Prints the covered
lines of each file, then every error path that nothing ran: what LIST does not
name, by file, function and a word that says why, is an error; what it names
and is covered is told.  LIST says which words there are.
"""

import collections
import json
import re
import sys

# What an error path does: report, give up, or hand the failure on.
ERROR = re.compile(
    r"\b(log_(warnx?|fatal)|BUG|abort|goto|errno|strerror|why,|"
    r"EXIT_(?!OK)[A-Z]+|[A-Z_]*(ERROR|FAILED|TORN|PROTOCOL)\b|"
    r"CTL_(?!OK)[A-Z_]+)|"
    r"\b(\w*fail(_\w+)?|\w*refuse\w*|op_failed|_?exit|complain)\(|"
    r"\bfailed = 1|\breturn (-1|NULL);|= -1;")


class Function:
    """The code regions of one function, over all programs that have it."""

    def __init__(self):
        self.regions = collections.Counter()

    def add(self, regions):
        for l1, c1, l2, c2, count, file_id, _, kind in regions:
            if kind == 0 and file_id == 0:
                self.regions[(l1, c1, l2, c2)] += count

    def missed(self):
        """The outermost regions that never ran, in order."""
        end = (0, 0)
        for l1, c1, l2, c2 in sorted(
                self.regions, key=lambda r: (r[0], r[1], -r[2], -r[3])):
            if self.regions[l1, c1, l2, c2] == 0 and (l1, c1) >= end:
                end = (l2, c2)
                yield l1, c1, l2, c2


def source_of(path, region, texts={}):
    """The text of a region."""
    if path not in texts:
        with open(path, encoding="utf-8") as f:
            texts[path] = f.read().split("\n")
    l1, c1, l2, c2 = region
    lines = texts[path][l1 - 1:l2]
    lines[-1] = lines[-1][:c2 - 1]
    lines[0] = lines[0][c1 - 1:]
    return "\n".join(lines)


def functions_of(data, root):
    """{(file, function): Function} for what is ours."""
    found = collections.defaultdict(Function)
    for f in data["functions"]:
        path = f["filenames"][0].removeprefix(root)
        if not path.startswith(("/", "tests/")):
            name = f["name"].rsplit(":", 1)[-1]
            found[path, name].add(f["regions"])
    return found


def listed(path):
    """{(file, function): word} of the list, and its vocabulary."""
    words, known = set(), {}
    with open(path, encoding="utf-8") as f:
        for n, line in enumerate(f, 1):
            word = re.match(r"#\t(\w+)\t", line)
            if word:
                words.add(word[1])
            if line.startswith("#") or not line.strip():
                continue
            file, function, why = line.split()
            if why not in words:
                sys.exit(f"{path}:{n}: {why} is no word of this list")
            known[file, function] = why
    return known


def print_files(data, root):
    for f in sorted(data["files"], key=lambda f: f["filename"]):
        path = f["filename"].removeprefix(root)
        lines = f["summary"]["lines"]
        if lines["count"] and not path.startswith("tests/"):
            print("%-44s %5d of %5d lines %6.1f %%" % (
                path, lines["covered"], lines["count"], lines["percent"]))
    lines = data["totals"]["lines"]
    print("%-44s %5d of %5d lines %6.1f %%" % (
        "all", lines["covered"], lines["count"], lines["percent"]))


def main():
    export, path, root = sys.argv[1:]
    with open(export, encoding="utf-8") as f:
        data = json.load(f)["data"][0]
    print_files(data, root)
    known, new, left = listed(path), 0, set()
    for (file, name), function in sorted(functions_of(data, root).items()):
        for region in function.missed():
            text = source_of(file, region)
            if not ERROR.search(text):
                continue
            left.add((file, name))
            why = known.get((file, name))
            new += why is None
            print("%s:%d: %s: %s: %s" % (
                file, region[0], name, why or "NOT IN " + path,
                " ".join(text.split())[:90]))
    for file, name in sorted(set(known) - left):
        print(f"{path}: {file} {name}: is covered now, or gone")
    print(f"{new} error paths are not covered and not in {path}, "
          f"{len(left)} functions have some")
    return new != 0


if __name__ == "__main__":
    sys.exit(main())
