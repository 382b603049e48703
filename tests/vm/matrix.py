# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
The project's tests on every kernel that a production host runs, each in a guest:
    matrix.py [--junit FILE] [--update] [NAME...]
NAME is a row, or a part of some rows' names. One line per row; --junit writes the results for
tools/check. --update writes what the verifier needed (verifier.txt) instead of checking it.
"""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import compilers
import decoding
import guest
import image
import kernels
import verifier
from packages import ROOT, FetchError, exclusive
from rows import ROWS

PYTEST = "python3.11 -m pytest -q --color=no --tb=short -rfEs --durations=12"
# What the daemon says of itself comes first, between marks of its own.
ABOUT = "echo === about; build/tvtraced --once --interval 0.1 --json --verbose 2>&1 | cut -c -600; "
CAPTURE = "echo === capture; python3.11 tests/vm/in_guest/capture.py 2>&1; "
TESTS = "echo === tests; "


class Outcome:
    """What one row came to."""

    def __init__(self, row, kernel, result):
        self.row, self.kernel, self.result = row, kernel, result
        about, _, self.tests = result.output.partition("=== tests\n")
        about, _, captured = about.partition("=== capture\n")
        self.about = about.partition("=== about\n")[2]
        self.verified = verifier.parse(self.about)
        source = re.search(r'"cost_source":"(\w+)"', self.about)
        self.source = source[1] if source else "-"
        self.summary = ([line for line in self.tests.splitlines() if line.strip()] or ["-"])[-1]
        self.failures = re.findall(r"^(?:FAILED|ERROR) .*", self.tests, re.MULTILINE)
        if row.tests:
            self.failures += decoding.failures(captured)
        if result.status is None:
            self.failures.append("the guest did not come to its end")
        elif result.status and not self.failures:
            self.failures.append(f"ended with status {result.status}")

    def check_verifier(self, table):
        if self.row.counts_instructions:
            self.failures += verifier.grown(table, self.row.kernel, self.verified)

    def line(self):
        counts = re.sub(r" in [\d.]+s.*| warnings?.*", "", self.summary).strip("= ")
        verdict = "FAILED" if self.failures else "passed"
        left_out = re.findall(r"left out (\w+)", self.about)
        return (f"{self.row.name:<16} {self.kernel.release:<28} {self.source:<13} "
                f"{len(self.verified):>2} loaded, {len(left_out):>2} left out  {verdict}  {counts}  "
                f"{self.result.seconds:.0f} s")


def arch_of(row):
    return "arm64" if "arm64" in row.kernel else "x86_64"


def build_of(row):
    """The name of what runs in a row."""
    return arch_of(row) + ("-newest-clang" if row.newest_clang else "")


def image_of(row):
    tvtraced = (compilers.newest() if row.newest_clang
                else image.build_directory(arch_of(row)) / "tvtraced")
    return image.build(arch_of(row), tvtraced, build_of(row))


def run_row(row, fetched, images):
    commands = (row.prepare + "; " if row.prepare else "") + ABOUT + (
        f"{CAPTURE}{TESTS}{PYTEST} {row.tests}" if row.tests else f"{TESTS}{row.shell}")
    result = guest.boot(row.name, arch_of(row), fetched[row.kernel].image, images[build_of(row)],
                        commands, cpus=row.cpus, append=row.append, timeout=row.timeout)
    return Outcome(row, fetched[row.kernel], result)


def write_junit(path, outcomes):
    suite = ET.Element("testsuite", name="vm")
    for outcome in outcomes:
        case = ET.SubElement(suite, "testcase", classname="vm", name=outcome.row.name,
                             time=f"{outcome.result.seconds:.1f}")
        if outcome.failures:
            ET.SubElement(case, "failure", message="; ".join(outcome.failures))
    ET.ElementTree(suite).write(path)


def parse_arguments():
    parser = argparse.ArgumentParser(description="tvtraced's tests in guests")
    parser.add_argument("--junit", metavar="FILE")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)) + 1,
                        help="guests at a time (default: one more than CPUs, as guests also wait)")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    names = {row.name for row in ROWS}
    rows = [row for row in ROWS if not arguments.names or row.name in arguments.names
            or any(name in row.name for name in set(arguments.names) - names)]
    if not rows:
        parser.error("no such row; there are: " + " ".join(row.name for row in ROWS))
    return arguments, rows


def main():
    arguments, rows = parse_arguments()
    try:
        with exclusive():
            fetched = {name: kernels.fetch(name) for name in {row.kernel for row in rows}}
            images = {name: image_of(row)
                      for name, row in {build_of(row): row for row in rows}.items()}
    except (FetchError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"matrix.py: cannot prepare the guests: {error}")
    table = verifier.load()
    outcomes = []
    # The longest first, so that none is left alone at the end.
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        pending = [pool.submit(run_row, row, fetched, images)
                   for row in sorted(rows, key=lambda row: -row.weight)]
        for future in concurrent.futures.as_completed(pending):
            outcome = future.result()
            if not arguments.update:
                outcome.check_verifier(table)
            outcomes.append(outcome)
            print(outcome.line(), flush=True)
            for failure in outcome.failures:
                print(f"    {failure}")
            if outcome.failures:
                print(f"    see {os.path.relpath(outcome.result.log, ROOT)}", flush=True)
    if arguments.update:
        verifier.save({o.row.kernel: o.verified for o in outcomes if o.row.counts_instructions})
    if arguments.junit:
        write_junit(arguments.junit, sorted(outcomes, key=lambda o: ROWS.index(o.row)))
    return 1 if any(outcome.failures for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
