# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tools/check makes of its steps' results: nothing that failed may be lost, or counted twice."""

import subprocess
import sys

import pytest

from tracer import ROOT

FAILURE = "<failure/>"


def suite(**tests):
    """Results as pytest writes them, of tests by name, each with what it contains."""
    cases = "".join(f'<testcase classname="system.test_x" name="{name}">{inner}</testcase>'
                    for name, inner in tests.items())
    return f"<testsuites><testsuite>{cases}</testsuite></testsuites>"


def summary(directory, steps, **results):
    (directory / "steps").write_text("".join(f"{status} 1 {name}\n" for name, status in steps),
                                     encoding="utf-8")
    for name, text in results.items():
        (directory / f"{name.replace('_', '-')}.xml").write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, ROOT / "tests/summary.py", directory], text=True,
                          stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("share", [1, 2, 3, 12])
@pytest.mark.parametrize("again, status, line", [
    ("", 0, "2 passed, 0 failed"), (FAILURE, 1, "1 passed, 1 failed")])
def test_run_again_alone(tmp_path, share, again, status, line):
    """The second result of a test counts, whichever of the runs side by side it failed in."""
    name = f"pytest-asan-{share}"
    result, lines = summary(tmp_path, [(name, 1), ("pytest-asan-again", status)],
                            **{name: suite(a=FAILURE, b=""), "pytest_asan_again": suite(a=again)})
    assert (result, lines[-1]) == (status, line)


@pytest.mark.parametrize("steps, line", [
    ([("pytest-1", 1), ("pytest-alone", 0)], "1 passed, 1 failed"),
    ([("pytest-alone", 0), ("lint", 2)], "1 passed, 1 failed"),
    ([("pytest-alone", 124)], "1 passed, 1 failed"),
    ([("pytest-alone", 5), ("lint", 0)], "2 passed, 0 failed"),
])
def test_what_was_not_run_again(tmp_path, steps, line):
    """A test, a step without tests, a step that came to no end; none selected is no failure."""
    result, lines = summary(tmp_path, steps, pytest_1=suite(a=FAILURE), pytest_alone=suite(b=""))
    assert lines[-1] == line and result == (" 0 failed" not in line)
