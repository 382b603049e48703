# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Each way to fail has its own exit status and says in one line what is wrong and what to do. That
nothing stays attached is checked after every test (conftest.py).
"""

import pathlib

import pytest

import tracer as tvtraced
from kernel import Disguise
from tracer import TVTRACED


def check_failure(result, status, *words):
    """Failed with that status, nothing on standard output and one line that has these words."""
    assert (result.returncode, result.stdout) == (status, ""), result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("tvtraced: "), result.stderr
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("option", ["--interval", "--duration"])
@pytest.mark.parametrize("value", ["", "x", "-1", "1x", "1e999", "nan", "inf", "-inf", "0x", " ",
                                   "1,5", "9" * 400])
def test_bad_number_of_seconds(option, value):
    result = tvtraced.run(f"{option}={value}", "--once", "--json")
    check_failure(result, tvtraced.USAGE, f"{option}: '{value}'", " seconds from ")


@pytest.mark.parametrize("value", ["0", "0.001", "3601"])
def test_interval_out_of_range(value):
    check_failure(tvtraced.run("--interval", value), tvtraced.USAGE, "--interval", "from 0.05")


@pytest.mark.parametrize("value", ["", "0", "-1", "-4096", "4095", "x", "4096x", "1e6", "4KB", "0K",
                                   "18446744073709551616", "17179869184M", "1099511627776", "2000M"])
def test_bad_ring_size(value):
    result = tvtraced.run(f"--ring-size={value}", "--once", "--json")
    check_failure(result, tvtraced.USAGE, f"--ring-size: '{value}'", "from 4096 to")


@pytest.mark.parametrize("value", ["", "x", "None", "none ", "sched_exit", "kprobe,none"])
def test_bad_cost_source(value):
    result = tvtraced.run(f"--cost-source={value}", "--once", "--json")
    check_failure(result, tvtraced.USAGE, f"--cost-source: '{value}'",
                  "sched_exit_tp, fentry, kprobe, none")


@pytest.mark.parametrize("value", ["", "x", "Unit", "unit ", "unit,comm", "application"])
def test_bad_group_by(value):
    result = tvtraced.run(f"--group-by={value}", "--once", "--json")
    check_failure(result, tvtraced.USAGE, f"--group-by: '{value}'", "comm, unit, cgroup")


@pytest.mark.parametrize("options, word", [
    (["--textfile="], "--textfile"),
    (["--json", "--quiet"], "--quiet"),
    (["something"], "something"),
    (["--no-such-option"], "--no-such-option"),
    (["--interval"], "interval"),
    (["-Z"], "Z"),
    (["--json=yes"], "--json"),
    (["--cost-source"], "--cost-source"),
    (["--group-by"], "--group-by"),
    (["--features=yes"], "--features"),
])
def test_bad_command_line(options, word):
    check_failure(tvtraced.run(*options), tvtraced.USAGE, word)


def test_not_root(public_binary):
    result = tvtraced.run("--once", command=(public_binary,), user=65534, group=65534,
                          extra_groups=[], cwd="/")
    check_failure(result, tvtraced.NO_PRIVILEGE, "run as root")


def test_root_without_capabilities():
    command = ("setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon",
               "--inh-caps=-sys_admin,-bpf,-perfmon", TVTRACED)
    check_failure(tvtraced.run("--once", command=command), tvtraced.NO_PRIVILEGE, "CAP_BPF")


def test_second_instance(tracer):
    first = tracer()
    result = tvtraced.run("--once", wait_for_lock=False)
    check_failure(result, tvtraced.ALREADY_RUNS, str(first.pid), "stop it first")
    # The first one does not mind.
    first.fresh()


def test_lock_goes_with_a_killed_one(tracer):
    tracer().kill()
    assert tvtraced.run("--once", "--json", "--interval", "0.1").returncode == tvtraced.OK


@pytest.mark.parametrize("content", [b"", b"no BTF at all", b"\x9f\xeb\x01\x00" + bytes(20)])
def test_kernel_without_btf(tmp_path, content):
    result = tvtraced.run("--once", command=Disguise(tmp_path).btf(content).command)
    check_failure(result, tvtraced.NO_BTF, "/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF")


@pytest.mark.parametrize("name, status, word", [
    ("btf_trace_sched_switch", tvtraced.NO_SWITCH, "sched_switch"),
    ("BPF_MAP_TYPE_RINGBUF", tvtraced.NO_RINGBUF, "ring buffer"),
])
def test_kernel_that_lacks_something(tmp_path, name, status, word):
    """This kernel's own description, in which one name reads otherwise."""
    result = tvtraced.run("--once", command=Disguise(tmp_path).without(name).command)
    check_failure(result, status, word, "use ")


def test_kernel_whose_description_is_missing(tmp_path):
    """Not even a file: an empty directory lies over the one that has it."""
    script = 'mount --bind "$1" /sys/kernel/btf; shift; exec "$@"'
    command = ("unshare", "--mount", "sh", "-ec", script, "sh", str(tmp_path), TVTRACED)
    check_failure(tvtraced.run("--once", command=command), tvtraced.NO_BTF, "No such file")


def test_standard_output_that_is_full():
    for options in (["--json"], [], ["--json", "--once"]):
        command = ("sh", "-c", 'exec "$@" >/dev/full', "sh", TVTRACED)
        result = tvtraced.run("--interval", "0.1", *options, command=command)
        check_failure(result, tvtraced.FAILED, "standard output", "No space left")


def test_statuses_are_documented():
    statuses = pathlib.Path(tvtraced.ROOT, "user", "exit_status.h").read_text(encoding="ascii")
    text = " ".join(tvtraced.run("--help").stdout.split()).split("Exit status:")[1]
    for status in range(9):
        assert f"= {status}," in statuses
        assert f" {status} " in text
