# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest's capture (in_guest/capture.py), decoded outside: by protobuf, and by tvtrace report."""

import base64
import collections
import hashlib
import json
import subprocess
import sys

from packages import ROOT

sys.path.insert(0, str(ROOT / "tests" / "support"))

from captures import Trace


def failures(text):
    """What is wrong with what a guest printed."""
    lines = [line for line in text.splitlines() if line.startswith('{"before"')]
    if len(lines) != 1:
        return [f"capture: there is none: {text.strip()[-200:]}"]
    try:
        check(json.loads(lines[0]))
    except (AssertionError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return [f"capture: {type(error).__name__} {error}".strip().replace("\n", " ")[:300]]
    return []


def check(said):
    data = base64.b64decode(said["file"])
    assert hashlib.sha256(data).hexdigest() == said["sha256"], "the console has spoilt it"
    trace = Trace(data).check()
    assert said["before"]["seen"] <= trace.count() <= said["after"]["seen"], "count"
    assert not trace.spilled() and not said["after"]["spilled"], "spilled"
    into = collections.Counter(s.next_tid for s in trace.switches[said["cpu"]])
    for tid in said["tids"]:
        assert into[tid] >= said["rounds"], f"tid {tid} was switched to {into[tid]} times"
        assert trace.threads[tid] == tid, "process tree"
        assert {s.next_comm for s in trace.switches[said["cpu"]] if s.next_tid == tid} == {"pair"}
    pair = [i for i, s in zip(trace.instants[said["cpu"]], trace.switches[said["cpu"]])
            if s.next_tid in said["tids"]]
    assert any(i.kind == "process" and i.cost_ns for i in pair), "no cost"
    report = subprocess.run([ROOT / "build" / "tvtrace", "report", "--json", "-"], input=data,
                            stdout=subprocess.PIPE, check=True, timeout=60)
    report = json.loads(report.stdout)
    assert report["accounting"]["switches"] == trace.count(), "tvtrace report"
    rows = {row["tgid"]: row["switches"] for row in report["groups"]}
    assert all(rows[tid] == sum(s.next_tid == tid for switches in trace.switches.values()
                                for s in switches) for tid in said["tids"]), "tvtrace report, rows"
