# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The manual pages: formatted without complaints, and they have all that --help has."""

import re
import shutil
import subprocess

import pytest

from control import tvtrace
from tracer import ROOT, run

PAGES = ROOT / "packaging" / "man"
COMMANDS = ("status", "hist", "groups", "threads", "top", "advise", "bench", "verify", "tlb", "capture",
            "trigger", "report")


def formatted(name):
    result = subprocess.run(["groff", "-mdoc", "-Tascii", "-ww", "-P-c", PAGES / name],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    assert not result.stderr
    # Without what makes letters bold or underlined on a printer.
    return re.sub(".\b", "", result.stdout)


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


pytestmark = pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")


def test_of_the_daemon():
    text = run("--help").stdout
    page = formatted("tvtraced.8")
    assert options(text) <= options(page)
    for status in re.findall(r"(\d) [a-z]", text.partition("Exit status:")[2]):
        assert re.search(rf"^ +{status} ", page, re.MULTILINE)


def test_of_the_client():
    page = formatted("tvtrace.1")
    for command in COMMANDS:
        assert re.search(rf"^ +{command}\b", page, re.MULTILINE), command
        mine = options(tvtrace("help", command).stdout) - {"--help", "--usage"}
        assert mine <= options(page), command
    # And no page tells of what there is not.
    there = set().union(*(options(tvtrace("help", command).stdout) for command in COMMANDS))
    assert options(page) <= there
