# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A kernel whose switches have a beginning and no end: they are counted, and no cost is made up."""

import json
import pathlib
import subprocess

import pytest

import identities
from tracer import PATIENCE_S, TVTRACED, run

BTF = pathlib.Path("/sys/kernel/btf/vmlinux")
SWITCH_END = b"\0btf_trace_sched_exit_tp\0"


@pytest.fixture
def without_switch_end(tmp_path):
    """tvtraced where this kernel's description has another name for sched_exit_tp."""
    data = BTF.read_bytes()
    if SWITCH_END not in data:
        pytest.skip("this kernel has no sched_exit_tp to hide")
    btf = tmp_path / "vmlinux"
    btf.write_bytes(data.replace(SWITCH_END, SWITCH_END.replace(b"exit", b"quit")))
    command = ("unshare", "--mount", "--propagation", "private", "sh", "-ec",
               'mount --bind "$0" "$1"; shift; exec "$@"', str(btf), str(BTF), TVTRACED)
    publication = json.loads(run("--once", "--json", "--interval", "0.1", command=command).stdout)
    if publication["cost_source"] != "none":
        pytest.skip(f"this kernel has {publication['cost_source']} as well")
    return command


def test_all_switches_are_counted_and_none_measured(without_switch_end):
    result = run("--json", "--interval", "0.3", "--duration", "1", command=without_switch_end)
    assert result.returncode == 0
    publications = [json.loads(line) for line in result.stdout.splitlines()]
    identities.check_all(publications)
    last = publications[-1]
    assert 0 < last["accounting"]["seen"] == last["accounting"]["unmeasured"]
    assert all(cost["count"] == cost["sum_ns"] == 0 for cost in last["cost"])


def test_the_view_says_why(without_switch_end):
    result = run("--once", "--interval", "0.5", command=without_switch_end)
    head = result.stdout.splitlines()[0]
    assert result.returncode == 0 and "cost none" in head and "bias" not in head
    assert "sched_exit_tp" in result.stdout


def test_the_textfile_has_no_cost(tracer, without_switch_end, tmp_path):
    path = tmp_path / "tvtraced.prom"
    traced = tracer("--textfile", path, command=without_switch_end)
    number = len(traced.publications)
    traced.publication(number + 2)
    content = path.read_text(encoding="utf-8")
    assert 'tvtraced_cost_source_info{source="none"} 1\n' in content
    assert "cost_seconds" not in content and "tvtraced_cost_bias_seconds" not in content
    assert 'tvtraced_context_switches_total{kind="thread"' in content
    with open(path, "rb") as file:
        checked = subprocess.run(["promtool", "check", "metrics"], stdin=file, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 timeout=PATIENCE_S)
    assert (checked.returncode, checked.stdout) == (0, "")
