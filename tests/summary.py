# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Adds up what tools/check has run: the steps' exit statuses and the results (JUnit XML) of those
that are made of tests. A step that fails without telling which test did counts as one failure.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

# pytest: all tests passed; a test failed; none was selected (its options may exclude all).
PYTEST_ORDERLY = (0, 1, 5)
# The names of runs that took place beside others.
SHARE = re.compile(r"pytest.*-\d+")
# Steps that take less are not listed with their time.
LONG_S = 10


def cases(path):
    """(id, name, outcome, reason) of each test in a file of results."""
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = f"{path.stem}: {case.get('name')}"
        outcome, reason = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                outcome = "failed"
            elif child.tag == "skipped":
                outcome, reason = "skipped", child.get("message") or child.text or ""
        yield (case.get("classname"), case.get("name")), name, outcome, " ".join(reason.split())


def run_again(directory, name):
    """Outcomes, by id, of tests that failed beside others (pytest_shares of tools/check)."""
    path = directory / f"{name.rpartition('-')[0]}-again.xml"
    try:
        return {test: outcome for test, _, outcome, _ in cases(path)}
    except (OSError, xml.etree.ElementTree.ParseError):
        return {}


def step_results(directory, status, name):
    """(name, outcome, reason) of each test of a step, or of the step itself."""
    path = directory / f"{name}.xml"
    try:
        found = list(cases(path))
    except (OSError, xml.etree.ElementTree.ParseError):
        return [(name, "failed" if status else "passed", "")]
    orderly = status in PYTEST_ORDERLY if name.startswith("pytest") else True
    told = any(outcome == "failed" for _, _, outcome, _ in found)
    again = run_again(directory, name) if SHARE.fullmatch(name) else {}
    results = []
    for test, full_name, outcome, reason in found:
        if outcome == "failed" and again.get(test) == "passed":
            print(f"PASSED ALONE, after it failed beside others: {full_name}")
            continue  # it is counted there
        if outcome == "failed" and test in again:
            continue
        results.append((full_name, outcome, reason))
    if not orderly or (status and not told and status != 5):
        results.append((f"{name}: ended with status {status}", "failed", ""))
    return results


def main(directory):
    results, times = [], []
    for line in (directory / "steps").read_text(encoding="utf-8").splitlines():
        status, seconds, name = line.split(" ", 2)
        results += step_results(directory, int(status), name)
        if int(seconds) >= LONG_S:
            times.append(f"{name} {seconds} s")
    by_outcome = {outcome: [r for r in results if r[1] == outcome]
                  for outcome in ("passed", "failed", "skipped")}
    print()
    for name, _, _ in by_outcome["failed"]:
        print(f"FAILED {name}")
    for name, _, reason in by_outcome["skipped"]:
        print(f"SKIPPED {name}: {reason}")
    print("times: " + ", ".join(times))
    counts = {outcome: len(found) for outcome, found in by_outcome.items()}
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    print(line + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
