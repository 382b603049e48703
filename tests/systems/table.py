# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Runs each system under its load, and prints a table of what tvtrace says of them, in Markdown:
    table.py [--more] [NAME...]
With --more the second list follows, and how often `tvtrace advise` was right on it. NAME chooses
systems of either list. It needs root, and the packages of tools/packages.sh.
"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

import cgroups
from listed import SYSTEMS
from observe import observe
from second import MORE
from tracer import Tracer

COLUMNS = ("system", "took, s", "groups", "threads", "thread/s", "process/s", "mean thread/process, ns",
           "wait p99, us", "created/s", "`tvtrace advise` says")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("--more", action="store_true", help="the second list, too")
    parser.add_argument("names", metavar="NAME", nargs="*", help="these systems only")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - {*SYSTEMS, *MORE}:
        parser.error(f"no such system: {', '.join(sorted(unknown))}")
    return chosen


def number(value, divisor=1):
    return "–" if value is None else f"{value / divisor:.0f}"


def said(advice):
    if advice is None:
        return "–"
    words = [advice["shape"]]
    if advice["creates"]:
        words.append(f"creates {advice['creates']}")
    if advice["runtime"]:
        words.append(advice["runtime"])
    return ", ".join(words)


def row(seen):
    wait_ns = seen.advice["evidence"]["wait_p99_ns"] if seen.advice else seen.wait_p99_ns
    means = "/".join(number(seen.row[key]) for key in ("thread_mean_ns", "process_mean_ns"))
    return (seen.name, f"{seen.took_s:.1f}", len(seen.tasks), sum(map(len, seen.tasks.values())),
            number(seen.row["thread_per_s"]), number(seen.row["process_per_s"]), means,
            number(wait_ns, 1000), number(seen.creations_per_s), said(seen.advice))


def line(cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def header(cells):
    line(cells)
    line("---" for _ in cells)


def run(names, systems, places, directory):
    """A line of the table for each; returns {name: what was seen}."""
    seen = {}
    header(COLUMNS)
    for name in names:
        if missing := systems[name].missing():
            line((name, *("–" for _ in COLUMNS[2:]), f"skipped: {missing}"))
            continue
        try:
            seen[name] = observe(name, systems[name], places, directory)
        except AssertionError as error:
            line((name, *("–" for _ in COLUMNS[2:]), f"failed: {str(error).partition(chr(10))[0]}"))
            continue
        line(row(seen[name]))
    return seen


def tell_confusion(seen):
    """What it was by its documentation against what advise says; the diagonal is right."""
    advised = {name: s for name, s in seen.items() if s.advice}
    if not advised:
        return
    counts, wrong = collections.Counter(), []
    for name, s in advised.items():
        shapes, shape = s.expected.shapes, s.advice["shape"]
        # Where several are right, that is the one that was said.
        by_documents = shape if shape in shapes else next(iter(shapes))
        counts[by_documents, shape] += 1
        if shape not in shapes:
            wrong.append(f"{name} is {by_documents} ({shapes[by_documents]}), not {shape}")
    columns = sorted({shape for pair in counts for shape in pair})
    print()
    header(("it is \\ advise says", *columns))
    for shape in columns:
        line((shape, *(counts[shape, other] or "" for other in columns)))
    print(f"\n{len(advised) - len(wrong)} of {len(advised)} right"
          + "".join(f"\n- {text}" for text in wrong), flush=True)


def main():
    chosen = arguments()
    if os.geteuid() != 0:
        sys.exit("table.py: it traces the kernel; run it as root")
    with (cgroups.cgroups_of(cgroups.available()[0]) as places,
          tempfile.TemporaryDirectory() as directory):
        tracer = Tracer(interval=3600)
        try:
            for systems, wanted in ((SYSTEMS, True), (MORE, chosen.more)):
                names = [name for name in systems if name in chosen.names
                         or wanted and not chosen.names]
                if names:
                    tell_confusion(run(names, systems, places, pathlib.Path(directory)))
                    print()
            tracer.stop()
        finally:
            tracer.kill()


if __name__ == "__main__":
    main()
