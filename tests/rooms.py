# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
The walls between the rooms (folders) of the C code, by what each file includes:
    rooms.py
prints every include that goes where it may not and every circle of files, and ends with 1 if there
are any. The rooms are described in doc/architecture.md.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Each room, and the rooms that it may include besides itself and include/.
MAY_INCLUDE = {
    "user/common": (),
    "user/probes": ("user/common",),
    "user/tables": ("user/common",),
    "user/collect": ("user/common", "user/probes", "user/tables"),
    "user/capture": ("user/common", "user/tables", "user/collect"),
    "user/outputs": ("user/common", "user/tables", "user/collect"),
    "user/control": ("user/common", "user/tables", "user/collect", "user/outputs", "user/capture"),
    "user": ("user/common", "user/probes", "user/tables", "user/collect", "user/capture",
             "user/outputs", "user/control"),
    "tools/client": ("user/common",),
    "tools/lists": ("user/common", "tools/client"),
    "tools/top": ("user/common", "tools/client", "tools/lists"),
    "tools/trigger": ("user/common", "tools/client", "tools/lists"),
    "tools/stage": ("user/common", "tools/client"),
    "tools/verify": ("user/common", "tools/client", "tools/stage"),
    "tools/page": (),
    "tools/bench": ("user/common", "tools/client", "tools/stage", "tools/page"),
    "tools/report": ("user/common", "tools/client", "tools/lists", "tools/page"),
    "tools/advise": ("user/common", "tools/client", "tools/lists", "tools/stage", "tools/bench",
                     "tools/report"),
}
GENERATED = ("trace.pb-c.h", "tvtraced.skel.h", "version.h")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def files(root):
    return sorted(path.relative_to(root) for top in ("user", "tools")
                  for path in (root / top).rglob("*.[ch]"))


def included(root, path):
    """The files of rooms that a file includes, and what it includes that is not there."""
    found, missing = [], []
    for name in INCLUDE.findall((root / path).read_text(encoding="utf-8")):
        places = [pathlib.Path(top) / name for top in ("user", "tools")]
        there = [place for place in places if (root / place).is_file()]
        if there:
            found.append(there[0])
        elif name not in GENERATED and not (root / "include" / name).is_file():
            missing.append(name)
    return found, missing


def circles(graph):
    """Circles of nodes, each once, in the order in which they are met."""
    done, found = set(), []

    def visit(node, way):
        if node in way:
            circle = way[way.index(node):]
            if not any(set(circle) == set(known) for known in found):
                found.append(circle)
            return
        if node in done:
            return
        for other in graph.get(node, ()):
            visit(other, way + [node])
        done.add(node)

    for node in list(graph):
        visit(node, [])
    return found


def includes_by_file(root):
    """
    What a header declares is defined by the .c file of the same name, and what only some files of a
    room may know has a header of its own (X_private.h): for circles they are one.
    """
    def module(path):
        return str(path.with_suffix("")).removesuffix("_private")

    graph = collections.defaultdict(set)
    for path in files(root):
        graph[module(path)] |= {module(other) for other in included(root, path)[0]} - {module(path)}
    return graph


def faults(root=ROOT):
    found = []
    for path in files(root):
        room = str(path.parent)
        if room not in MAY_INCLUDE:
            found.append(f"{path}: {room} is no room")
            continue
        others, missing = included(root, path)
        found += [f"{path}: includes {name}, which is in no room" for name in missing]
        found += [f"{path}: includes {other}, and {room} may not include {other.parent}"
                  for other in others
                  if other.parent != path.parent and str(other.parent) not in MAY_INCLUDE[room]]
    graph = includes_by_file(root)
    found += ["files in a circle: " + " -> ".join(circle + circle[:1]) for circle in circles(graph)]
    return found


def main():
    found = faults()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
