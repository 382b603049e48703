# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Adds up what tools/check has collected: prints the last line, exits 1 when anything failed."""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def lines(path):
    return len(path.read_text().splitlines()) if path.exists() else 0


def main(results):
    passed, failed, skipped = lines(results / "passed"), lines(results / "failed"), 0
    for report in results.glob("*.xml"):
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            bad = int(suite.get("failures")) + int(suite.get("errors"))
            out = int(suite.get("skipped"))
            passed += int(suite.get("tests")) - bad - out
            failed += bad
            skipped += out
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
