# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Where the end of a switch is taken from: what this kernel has works when asked for, what it has not
says so, and without any the switches are counted and no cost is made up.
"""

import json
import re
import shutil
import subprocess

import pytest

import identities
import tracer as tvtraced
from kernel import COST_SOURCES, Disguise, features, function_name, works
from tracer import PATIENCE_S
from workloads import CPU, PROGRAMS, SLOWNESS, settled

pytestmark = pytest.mark.kernel

# By how many of its switches a source may miss the end.
MOST_MISSED = {"sched_exit_tp": 0.0001, "fentry": 0.0001, "kprobe": 0.01}


@pytest.fixture(name="found", scope="module")
def found_features():
    return features()


def need(name, found):
    if not works(name, found):
        pytest.skip(f"no {name} here: {found.rows[name].how}")


@pytest.mark.parametrize("name", MOST_MISSED)
def test_source_that_works(tracer, found, name):
    need(name, found)
    traced = tracer("--cost-source", name)
    for relation in ("thread", "process"):
        subprocess.run([PROGRAMS / "pair", relation, "futex", str(CPU), "20000"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=PATIENCE_S,
                       check=True)
    last = traced.stop()
    identities.check_all(traced.publications)
    accounting = last["accounting"]
    assert last["cost_source"] == name and last["cost_bias_ns"] > 0
    assert accounting["seen"] > 40000
    assert accounting["unmeasured"] <= MOST_MISSED[name] * accounting["seen"] + 10
    for kind in ("thread", "process"):
        cost = identities.costs(last)[kind]
        assert cost["count"] > 10000
        # The bias is a part of each cost; of the least ones it may be nearly all.
        assert last["cost_bias_ns"] / 2 < cost["p50_ns"]
    assert features("--cost-source", name).source == name


@pytest.mark.parametrize("name", MOST_MISSED)
def test_first_run_of_a_new_task(tracer, workload, found, name):
    """It begins on a way of its own: what the switch to it cost is there, and no other switch's."""
    need(name, found)
    traced = tracer("--cost-source", name)
    program = workload("names", *[b"new".hex()] * (300 // SLOWNESS))
    kernel, publication = settled(traced, program.tids)
    once = [identities.thread(publication, tid) for tid in program.tids
            if sum(kernel[tid]) == 1]
    seen = [thread for thread in once if sum(thread["in"].values())]
    assert len(seen) > 20 and all(sum(thread["in"].values()) == 1 for thread in seen)
    # A switch that nothing was told of brought no task in.
    assert len(once) - len(seen) <= publication["accounting"]["unseen"]
    costs = sorted(sum(thread["cost_ns"].values()) for thread in seen)
    unmeasured = costs.count(0)
    assert unmeasured <= MOST_MISSED[name] * len(seen) + 1
    usual = identities.costs(publication)["process"]["p50_ns"]
    assert usual / 10 < costs[len(costs) // 2] < usual * 10


@pytest.mark.parametrize("name", [n for n in COST_SOURCES if n != "none"])
def test_source_that_does_not_work(found, name):
    if works(name, found):
        pytest.skip(f"{name} works here")
    for option in ("--once", "--features"):
        result = tvtraced.run("--cost-source", name, option)
        assert result.returncode == tvtraced.FAILED and result.stderr.count("\n") == 1
        assert f"no cost source {name} " in result.stderr
        assert found.rows[name].how in result.stderr
        given = result.stderr.strip().rsplit("give one of these: ", 1)[1].split(", ")
        assert set(given) == {n for n in COST_SOURCES if works(n, found)}
    # The table is there all the same.
    assert result.stdout.startswith("feature ") and "\ncost source: " not in result.stdout


def check_no_cost(result, why):
    """Of --verbose --json."""
    assert result.returncode == 0
    assert why in result.stderr
    publications = [json.loads(line) for line in result.stdout.splitlines()]
    identities.check_all(publications)
    last = publications[-1]
    assert last["cost_source"] == "none" and last["cost_bias_ns"] == 0
    assert 0 < last["accounting"]["seen"] == last["accounting"]["unmeasured"]
    assert all(cost["count"] == cost["sum_ns"] == 0 for cost in last["cost"])


RUN = ("--verbose", "--json", "--interval", "0.3", "--duration", "1")


def test_none_when_asked_for():
    check_no_cost(tvtraced.run(*RUN, "--cost-source", "none"), "cost source none: works")
    block = tvtraced.run("--once", "--interval", "0.3", "--cost-source=none").stdout
    assert block.count("no cost: --cost-source=none\n") == 1
    assert features("--cost-source=none").source == "none"


def pretended(directory, found):
    """A kernel without sched_exit_tp, and with a finish_task_switch that is not where it seems."""
    disguise = Disguise(directory)
    if found.rows["sched_exit_tp"].available:
        disguise.without("btf_trace_sched_exit_tp")
    name = "finish_task_switch"
    if function_name() == name:
        name = "finish_task_switch.isra.77"
    return disguise.with_function(name).with_kprobes().command, name


def test_sources_that_fail_are_passed_over(tmp_path, found):
    """Whether one works is known when it has been tried; then the next one is."""
    command, function = pretended(tmp_path, found)
    result = tvtraced.run(*RUN, command=command)
    check_no_cost(result, "cost source kprobe: found, but cannot attach the end of a switch: ")
    if function == "finish_task_switch":
        # Some BTF has nothing about functions that the compiler has changed.
        assert re.search("cost source fentry: (found, but cannot load the BPF programs: |"
                         "BTF has no function )", result.stderr)
    seen = features(command=command)
    assert seen.source == "none" and "none of the others works" in seen.why
    for name in ("sched_exit_tp", "fentry", "kprobe"):
        assert not works(name, seen)
    result = tvtraced.run("--once", "--cost-source=kprobe", command=command)
    assert (result.returncode, result.stdout) == (tvtraced.FAILED, "")
    assert re.fullmatch(r"tvtraced: no cost source kprobe on this kernel: found, but cannot "
                        r"attach the end of a switch: .*; give one of these: none\n", result.stderr)


@pytest.fixture(name="no_source")
def without_a_source(tmp_path, found):
    return pretended(tmp_path, found)[0]


def test_the_next_source_is_taken(tmp_path, found):
    """Without the best one, and nothing else hidden."""
    need("sched_exit_tp", found)
    command = Disguise(tmp_path).without("btf_trace_sched_exit_tp").command
    publication = json.loads(tvtraced.run("--once", "--json", "--interval", "0.3",
                                          command=command).stdout)
    assert publication["cost_source"] == next(n for n in COST_SOURCES[1:] if works(n, found))
    identities.check_publication(publication)


def test_the_view_says_why_there_is_no_cost(no_source):
    result = tvtraced.run("--once", "--interval", "0.5", command=no_source)
    head, *lines = result.stdout.splitlines()
    assert result.returncode == 0 and "cost none" in head and "bias" not in head
    assert lines.count("no cost: sched_exit_tp, fentry, kprobe do not work here; --features says "
                       "why") == 1


def test_the_textfile_has_no_cost(tracer, no_source, tmp_path):
    path = tmp_path / "tvtraced.prom"
    traced = tracer("--textfile", path, command=no_source)
    number = len(traced.publications)
    traced.publication(number + 2)
    content = path.read_text(encoding="utf-8")
    assert 'tvtraced_cost_source_info{source="none"} 1\n' in content
    assert "cost_seconds" not in content and "tvtraced_cost_bias_seconds" not in content
    assert 'tvtraced_context_switches_total{kind="thread"' in content
    if not shutil.which("promtool"):
        return  # a guest has none
    with open(path, "rb") as file:
        checked = subprocess.run(["promtool", "check", "metrics"], stdin=file, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 timeout=PATIENCE_S)
    assert (checked.returncode, checked.stdout) == (0, "")
