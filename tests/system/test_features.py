# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tvtraced says of the kernel is so, all outputs say the same, and what is lacking is lost."""

import json
import os
import re
import subprocess

import pytest

import identities
import prom
import tracer as tvtraced
from kernel import BTF, COST_SOURCES, FEATURES, LOCKDOWN, Disguise, features, function_name, works
from tracer import PATIENCE_S, TVTRACED


class Types:
    """The types of the running kernel, in bpftool's words."""

    def __init__(self):
        text = subprocess.run(["bpftool", "btf", "dump", "file", BTF], check=True, text=True,
                              stdout=subprocess.PIPE, timeout=PATIENCE_S).stdout
        self.lines = dict(re.findall(r"^\[(\d+)\] (.+)$", text, re.MULTILINE))
        self.names = set(re.findall(r"^\[\d+\] (\w+ '.+?')", text, re.MULTILINE))
        self.members = {}
        for struct in re.split(r"^(?=\[)", text, flags=re.MULTILINE):
            name = re.match(r"\[\d+\] (?:STRUCT|ENUM) '(\w+)'", struct)
            if name:
                self.members.setdefault(name[1], set()).update(re.findall(r"^\t'(\w+)'", struct,
                                                                          re.MULTILINE))

    def arguments(self, tracepoint):
        """How many a tracepoint passes; -1: there is none."""
        for line in self.lines.values():
            if line.startswith(f"TYPEDEF 'btf_trace_{tracepoint}' "):
                pointer = self.lines[re.search(r"type_id=(\d+)", line)[1]]
                prototype = self.lines[re.search(r"type_id=(\d+)", pointer)[1]]
                return int(re.search(r"vlen=(\d+)", prototype)[1]) - 1
        return -1


def test_the_kernel_says_the_same():
    types, rows = Types(), features().rows
    assert tuple(rows) == FEATURES
    for name, least in (("sched_switch", 3), ("sched_exit_tp", 1), ("task_newtask", 1),
                        ("sched_process_fork", 2), ("sched_process_exec", 2),
                        ("sched_process_exit", 1), ("cgroup_attach_task", 3),
                        ("task_rename", 2)):
        arguments = types.arguments(name)
        assert rows[name].available == (arguments >= least)
        assert f"btf_trace_{name}" in rows[name].how
        if arguments >= 0:
            assert f"{arguments} argument" in rows[name].how
    assert rows["prev_state"].available == (types.arguments("sched_switch") >= 4)
    assert rows["ring_buffer"].available == (
        "BPF_MAP_TYPE_RINGBUF" in types.members["bpf_map_type"])
    assert rows["task_iterator"].available == ("STRUCT 'bpf_iter__task'" in types.names)
    assert rows["run_queue_count"].available == (
        "cfs_rq" in types.members["sched_entity"] and "rq" in types.members["cfs_rq"]
        and "nr_switches" in types.members["rq"])
    assert rows["run_queue_wait"].available == (
        "cfs_rq" in types.members["sched_entity"] and "rq" in types.members["cfs_rq"]
        and "clock" in types.members["rq"]
        and {"last_queued", "run_delay", "pcount"} <= types.members["sched_info"])
    assert rows["tlb_flush"].available == (types.arguments("tlb_flush") >= 2
                                           and os.uname().machine == "x86_64")
    if rows["creation_fentry"].available:
        assert "FUNC 'kernel_clone'" in types.names
    assert rows["creation_timer"].available == (
        max(types.arguments("hrtimer_setup"), types.arguments("hrtimer_init")) >= 1
        and types.arguments("sched_wakeup_new") >= 1)
    assert rows["creation_syscalls"].available == ("STRUCT 'syscall_metadata'" in types.names)
    if rows["fentry"].available:
        assert "FUNC 'finish_task_switch'" in types.names
        assert function_name() == "finish_task_switch"
    if rows["kprobe"].available:
        assert rows["kprobe"].how.endswith(" " + function_name())
    if not function_name():
        assert not rows["fentry"].available and not rows["kprobe"].available


def test_the_best_source_is_chosen():
    found = features()
    assert found.source == next(name for name in COST_SOURCES if works(name, found))
    publication = json.loads(tvtraced.run("--once", "--json", "--interval", "0.1").stdout)
    assert publication["cost_source"] == found.source


def test_json_and_textfile_say_the_same(tracer, tmp_path):
    path = tmp_path / "tvtraced.prom"
    traced = tracer("--textfile", path)
    traced.fresh()
    traced.fresh()
    metrics = prom.Metrics(path.read_bytes())
    traced.stop()
    rows = features().rows
    listed = traced.publications[0]["features"]
    assert [f["name"] for f in listed] == list(FEATURES)
    assert {f["name"]: f["available"] for f in listed} == {
        name: row.available for name, row in rows.items()}
    assert metrics.of("tvtraced_feature_info") == {
        (("available", "true" if row.available else "false"), ("feature", name)): 1
        for name, row in rows.items()}


def test_it_needs_no_root(public_binary):
    found = features()
    nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", public_binary)
    as_nobody = features(command=nobody)
    assert "only root can try" in as_nobody.why
    # What is found and does not work is known to root alone.
    for name, row in found.rows.items():
        assert row == as_nobody.rows[name] or row.how.startswith("found, but")


def test_it_leaves_the_lock_alone(tracer):
    traced = tracer()
    result = tvtraced.run("--features", wait_for_lock=False)
    assert result.returncode == 0
    identities.check_publication(traced.fresh())


def test_a_full_standard_output_is_a_failure():
    command = ("sh", "-c", 'exec "$@" >/dev/full', "sh", TVTRACED)
    result = tvtraced.run("--features", command=command)
    assert (result.returncode, result.stdout) == (tvtraced.FAILED, "")
    assert result.stderr.count("\n") == 1 and "standard output" in result.stderr


@pytest.mark.parametrize("name, feature", [
    ("BPF_MAP_TYPE_RINGBUF", "ring_buffer"), ("btf_trace_sched_switch", "sched_switch"),
    ("bpf_iter__task", "task_iterator"), ("btf_trace_task_rename", "task_rename")])
def test_what_is_needed(tmp_path, name, feature):
    """It is said to be missing, and nothing is tried."""
    command = Disguise(tmp_path).without(name).command
    result = tvtraced.run("--features", command=command)
    assert (result.returncode, result.stderr) == (0, "")
    row = re.search(rf"^{feature} +\| no +\| (.*) +\|", result.stdout, re.MULTILINE)
    assert row and name in row[1]
    assert result.stdout.endswith("\ncost source: tvtraced does not start on this kernel\n")
    result = tvtraced.run("--once", command=command)
    assert result.returncode and result.stdout == ""
    assert result.stderr.count("\n") == 1 and "use " in result.stderr


@pytest.mark.parametrize("level", ["none", "integrity", "confidentiality"])
def test_lockdown(tmp_path, level):
    if not LOCKDOWN.parent.is_dir():
        pytest.skip("this kernel has no securityfs to put a lockdown into")
    levels = " ".join(f"[{word}]" if word == level else word
                      for word in ("none", "integrity", "confidentiality"))
    command = Disguise(tmp_path).with_lockdown(levels).command
    result = tvtraced.run("--features", command=command)
    assert result.returncode == 0 and f"lockdown: {levels} " in result.stdout
    allowed = level != "confidentiality"
    assert re.search(rf"^kernel_reads +\| {'yes' if allowed else 'no'} ", result.stdout, re.MULTILINE)
    assert result.stdout.endswith("does not start on this kernel\n") != allowed
    result = tvtraced.run("--once", "--interval", "0.1", command=command)
    assert result.returncode == (0 if allowed else tvtraced.NO_PRIVILEGE)
    if not allowed:
        assert result.stdout == "" and result.stderr.count("\n") == 1
        assert "lockdown=confidentiality" in result.stderr and "boot it with" in result.stderr


def test_without_the_kernels_count_unseen_is_unknown(tracer, tmp_path):
    """As where the kernel has no groups of tasks (CONFIG_FAIR_GROUP_SCHED)."""
    path = tmp_path / "tvtraced.prom"
    command = Disguise(tmp_path).without("nr_switches").command
    assert not features(command=command).rows["run_queue_count"].available
    traced = tracer("--textfile", path, command=command)
    traced.fresh()
    traced.fresh()
    metrics = prom.Metrics(path.read_bytes())
    traced.stop()
    identities.check_all(traced.publications)
    assert all(p["accounting"]["unseen"] is None for p in traced.publications)
    assert "tvtraced_switches_unseen_total" not in metrics.types
    block = tvtraced.run("--once", "--interval", "0.3", command=command)
    assert (block.returncode, block.stderr) == (0, "")
    assert re.match(r"seen \d+ .*  unseen \?  probes ", block.stdout.splitlines()[1])


def test_without_an_event_the_rest_goes_on(tmp_path):
    command = Disguise(tmp_path).without("btf_trace_sched_process_fork").command
    found = features(command=command)
    assert not found.rows["sched_process_fork"].available
    result = tvtraced.run("--once", "--interval", "0.3", "--verbose", command=command)
    assert result.returncode == 0
    assert "\ntvtraced: left out sched_process_fork\n" in result.stderr
    # Some kernels lack more than that.
    notes = ("without sched_process_fork: " + found.rows["sched_process_fork"].lost,
             "this kernel lacks 2 features; --features says what is lost")
    assert sum(result.stdout.count(note) for note in notes) == 1
    assert max(map(len, result.stdout.splitlines())) <= 80
    result = tvtraced.run("--json", "--duration", "1", "--interval", "0.3", command=command)
    identities.check_all([json.loads(line) for line in result.stdout.splitlines()])


def programs(said):
    verified = {name: int(count) for name, count in re.findall(
        r"^tvtraced: verified (\w+): (\d+) instructions$", said, re.MULTILINE)}
    return verified, set(re.findall(r"^tvtraced: left out (\w+)$", said, re.MULTILINE))


ENDS = {"sched_exit_tp": "sched_exit", "fentry": "switch_end_fentry", "kprobe": "switch_end_kprobe"}


def test_verbose_lists_all_programs():
    found = features()
    result = tvtraced.run("--verbose", "--once", "--json", "--interval", "0.1")
    verified, left_out = programs(result.stderr)
    assert all(0 < count < 1000000 for count in verified.values())
    assert verified.keys() >= {"flush", "existing_tasks", "calibrate_switch"}
    assert not verified.keys() & left_out
    chosen = {found.source} if found.source != "none" else set()
    assert {name for name, program in ENDS.items() if program in verified} == chosen
    assert {name for name, program in ENDS.items() if program in left_out} == set(ENDS) - chosen
    assert {"sched_switch", "sched_switch_3"} & verified.keys() == {
        "sched_switch" if found.rows["prev_state"].available else "sched_switch_3"}


def loaded_programs():
    output = subprocess.run(["bpftool", "prog", "list", "-j"], check=True, timeout=PATIENCE_S,
                            stdout=subprocess.PIPE).stdout
    return {program["id"]: program.get("name") for program in json.loads(output)}


def test_verbose_names_what_is_loaded(tracer):
    """The kernel lists the same programs."""
    before = loaded_programs()
    traced = tracer()
    names = {name for number, name in loaded_programs().items() if number not in before}
    traced.stop()
    said = tvtraced.run("--verbose", "--once", "--json", "--interval", "0.1").stderr
    verified, _ = programs(said)
    # The kernel cuts names at 15 bytes, and bpftool mends that where it can.
    assert {name[:15] for name in verified} == {name[:15] for name in names}
