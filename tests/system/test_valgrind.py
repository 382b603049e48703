# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Valgrind finds no leak and no misuse of memory in a whole run of the daemon."""

import subprocess

import pytest

import identities
from tracer import ROOT, TVTRACED

VALGRIND = ["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=all",
            "--show-leak-kinds=all", "--error-exitcode=99", "--num-callers=50",
            f"--suppressions={ROOT / 'tests' / 'support' / 'valgrind.supp'}"]


@pytest.mark.uninstrumented
@pytest.mark.parametrize("with_textfile", [False, True])
def test_no_leak_and_no_misuse(tracer, workload, tmp_path, with_textfile):
    options = ["--textfile", tmp_path / "a.prom"] if with_textfile else []
    log = tmp_path / "valgrind.log"
    traced = tracer("--ring-size", "64K", *options, interval=0.5,
                    command=[*VALGRIND, f"--log-file={log}", TVTRACED])
    for kind in ("process", "thread"):
        workload("storm", kind, 500).go()
    subprocess.run(["perf", "bench", "sched", "pipe", "-l", "20000"], stdout=subprocess.DEVNULL,
                   timeout=60, check=True)
    traced.fresh()
    try:
        traced.stop()
    except AssertionError as error:
        raise AssertionError(log.read_text(encoding="utf-8")) from error
    identities.check_all(traced.publications)
