# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Each way to fail has its own exit status and says in one line what is wrong and what to do. That
nothing stays attached is checked after every test (conftest.py).
"""

import os
import pathlib
import time

import pytest

import identities
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
])
def test_bad_command_line(options, word):
    check_failure(tvtraced.run(*options), tvtraced.USAGE, word)


@pytest.mark.parametrize("options, word", [
    (["--no-such-option"], "--no-such-option"),
    (["--interval"], "interval"),
    (["-Z"], "Z"),
    (["--json=yes"], "--json"),
    (["--cost-source"], "--cost-source"),
    (["--group-by"], "--group-by"),
    (["--features=yes"], "--features"),
])
def test_no_such_option(options, word):
    """In argp's words, as of other GNU programs: what is wrong, and where help is."""
    result = tvtraced.run(*options)
    assert (result.returncode, result.stdout) == (tvtraced.USAGE, "")
    said, help_line = result.stderr.split("\n", 1)
    assert word in said and help_line.startswith("Try `tvtraced --help'")


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


def in_mounts(*mounts, program=TVTRACED):
    """tvtraced in a mount namespace where these commands were run."""
    return ("unshare", "--mount", "--propagation", "private", "sh", "-ec",
            "; ".join([*mounts, 'exec "$0" "$@"']), program)


def test_cpus_that_cannot_be_counted():
    """libbpf's number of CPUs is a negative one then."""
    command = in_mounts("mount -t tmpfs tmpfs /sys/devices/system/cpu")
    start = time.monotonic()
    result = tvtraced.run("--once", command=command)
    check_failure(result, tvtraced.FAILED, "/sys/devices/system/cpu/possible", "No such file")
    assert time.monotonic() - start < 10
    assert tvtraced.run("--features", command=command).returncode == tvtraced.FAILED


MIB = 1 << 20
LIMITS = {"as": ("RLIMIT_AS", "ulimit -v"), "data": ("RLIMIT_DATA", "ulimit -d"),
          "nofile": ("RLIMIT_NOFILE", "ulimit -n")}


@pytest.mark.uninstrumented
@pytest.mark.parametrize("limit, value", [
    *(("as", n * MIB) for n in (8, 12, 16, 20, 24, 32, 40)),
    *(("data", n * MIB) for n in (4, 8, 10, 12, 16, 24)),
    *(("nofile", n) for n in (6, 8, 10, 12, 16, 20, 24, 28, 32, 36, 40))])
def test_limits_that_are_too_low(limit, value):
    """Whatever fails because of one, the limit is named, and no kernel is blamed."""
    command = ("prlimit", f"--{limit}={value}:{value}", TVTRACED)
    result = tvtraced.run("--once", "--json", "--interval", "0.1", command=command)
    check_failure(result, tvtraced.FAILED, *LIMITS[limit])


def test_soft_limit_of_descriptors():
    """The hard one counts."""
    command = ("prlimit", "--nofile=12:1024", TVTRACED)
    result = tvtraced.run("--once", "--json", "--interval", "0.1", command=command)
    assert (result.returncode, result.stderr) == (0, "")


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+bpf,+perfmon",
          "--ambient-caps=+bpf,+perfmon")


def test_nobody_with_the_capabilities(tracer, public_binary, tmp_path):
    """What the message of status 3 recommends works, and says what it lacks."""
    os.chmod(tmp_path, 0o777)
    traced = tracer(command=(*NOBODY, public_binary))
    identities.check_publication(traced.fresh())
    said = traced.stderr()
    assert "cannot lock /run/tvtraced.lock: Permission denied" in said
    assert "no control socket /run/tvtraced/control.sock: Permission denied" in said
    assert said.count("\n") == 2
    traced.stop(expected_stderr=said)


def test_nobody_with_a_socket_of_its_own(tracer, public_binary, tmp_path):
    socket = tmp_path / "s" / "control.sock"
    socket.parent.mkdir()
    for directory in (tmp_path.parent.parent, tmp_path.parent, tmp_path, socket.parent):
        os.chmod(directory, 0o777)
    traced = tracer("--socket", socket, command=(*NOBODY, public_binary))
    traced.fresh()
    assert socket.exists()
    said = traced.stderr()
    assert said.count("\n") == 1 and "cannot lock" in said
    traced.stop(expected_stderr=said)
    # One that was asked for must be there.
    result = tvtraced.run("--socket", "/run/tvtraced/x.sock", command=(*NOBODY, public_binary))
    assert result.returncode == tvtraced.SOCKET and "/run/tvtraced/x.sock" in result.stderr


def test_run_that_cannot_be_written(tracer):
    traced = tracer(command=in_mounts("mount -t tmpfs -o ro tmpfs /run"))
    identities.check_publication(traced.fresh())
    said = traced.stderr()
    assert said.count("Read-only file system") == said.count("\n") == 2
    traced.stop(expected_stderr=said)


@pytest.mark.parametrize("content", ["mine\n", "# HELP other_metric nothing of ours\n"])
def test_a_file_of_others_beside_the_textfile(tmp_path, content):
    """What is written first, and renamed then, needs a name that is free, too."""
    other = tmp_path / "a.prom.tmp"
    other.write_text(content, encoding="ascii")
    result = tvtraced.run("--once", "--textfile", tmp_path / "a.prom")
    check_failure(result, tvtraced.TEXTFILE, f"{other}, which is no textfile of tvtraced")
    assert other.read_text(encoding="ascii") == content and len(os.listdir(tmp_path)) == 1


def test_a_part_of_an_earlier_textfile(tmp_path):
    """Left by one that was killed while it wrote."""
    (tmp_path / "a.prom.tmp").write_text("# HELP tvtraced_threads", encoding="ascii")
    result = tvtraced.run("--once", "--interval", "0.1", "--quiet", "--textfile",
                          tmp_path / "a.prom")
    assert (result.returncode, result.stderr, os.listdir(tmp_path)) == (0, "", [])


def test_a_file_of_others_beside_the_socket(tmp_path):
    other = tmp_path / "s.lock"
    other.write_text("mine\n", encoding="ascii")
    result = tvtraced.run("--socket", tmp_path / "s")
    check_failure(result, tvtraced.SOCKET, str(other), "remove it")
    assert other.read_text(encoding="ascii") == "mine\n"


def test_messages_are_one_line_whatever_they_name(tmp_path):
    for option in ("--textfile", "--socket"):
        result = tvtraced.run(option, f"{tmp_path}/a\nb\x1b[31m/c\xe4\\d/e")
        assert result.returncode in (tvtraced.TEXTFILE, tvtraced.SOCKET)
        assert result.stderr.count("\n") == 1
        assert "/a\\x0ab\\x1b[31m/c\xe4\\d/e" in result.stderr


def test_statuses_are_documented():
    statuses = pathlib.Path(tvtraced.ROOT, "user", "common", "exit_status.h").read_text(encoding="ascii")
    text = " ".join(tvtraced.run("--help").stdout.split()).split("Exit status:")[1]
    for status in range(9):
        assert f"= {status}," in statuses
        assert f" {status} " in text
