# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""tvtrace says what the kernel counted, in three forms that say the same."""

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from control import FAILED, NO_DAEMON, OK, TVTRACE, USAGE, Client, group_file, tvtrace
from terminal import Terminal
from tracer import PATIENCE_S
from workloads import CPU, FIRST_CPU, PROGRAMS, counters, endless_pair, growth

COMMANDS = ("status", "hist", "groups", "threads")


@pytest.fixture(name="pairs")
def pairs_that_switch_all_the_time():
    loads = [endless_pair("thread", "futex", FIRST_CPU),
             endless_pair("process", "pipe", CPU)]
    yield loads
    for program in loads:
        program.kill()
        program.wait()


def good(*arguments, **popen):
    result = tvtrace(*arguments, **popen)
    assert (result.returncode, result.stderr) == (OK, "")
    return result.stdout


def bad(status, *arguments, **popen):
    """Ended with that status and one line on standard error; returns it."""
    result = tvtrace(*arguments, **popen)
    assert result.returncode == status and result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("tvtrace: ")
    return result.stderr


def by_csv(text):
    assert text.count("\r\n") == text.count("\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    for row in rows:
        # What a spreadsheet would run, or begins with a quote, has one in front.
        assert not any(value.startswith(("=", "+", "@", "\t")) for value in row.values())
        row.update({key: value.removeprefix("'") for key, value in row.items()})
    return rows


def test_threads_agree_with_the_kernel(tracer, workload):
    tracer(interval=1)
    program = workload("pair", "thread", "futex", CPU, 3000)

    def listed():
        """Both at one moment: the program waits."""
        rows = json.loads(good("threads", program.line["pid"], "--json", "-i", "0.05", "-n", "1"))
        return ({row["lwp"]: row for row in rows["threads"]},
                {tid: counters(tid) for tid in program.tids})
    before, kernel_before = listed()
    program.go()
    after, kernel_after = listed()
    assert set(after) == set(map(int, os.listdir(f"/proc/{program.line['pid']}/task")))
    listed_by_ps = subprocess.run(["ps", "-Lo", "lwp=,pid=,ppid=,nlwp=", str(program.line["pid"])],
                                  stdout=subprocess.PIPE, text=True, check=True).stdout
    assert sorted([row["lwp"], row["pid"], row["ppid"], row["nlwp"]] for row in after.values()) \
        == sorted(list(map(int, line.split())) for line in listed_by_ps.splitlines())
    for tid in program.tids:
        grown = growth(kernel_before[tid], kernel_after[tid])
        assert after[tid]["voluntary"] - before[tid]["voluntary"] == grown.voluntary
        assert after[tid]["preempted"] - before[tid]["preempted"] == grown.preempted
        assert after[tid]["pid"] == program.line["pid"] and after[tid]["ppid"] == os.getpid()
        assert after[tid]["nlwp"] == 3


def test_groups_tell_threads_from_processes(tracer, pairs):
    tracer(interval=1)
    threads, processes = pairs
    rows = {row["tgid"]: row
            for row in json.loads(good("groups", "--json"))["groups"]}
    assert rows[threads.pid]["thread_share"] > 0.9 and rows[threads.pid]["thread_per_s"] > 1000
    children = [row for row in rows.values() if row["ppid"] == processes.pid]
    assert len(children) == 2
    for row in children:
        assert row["thread_share"] < 0.1 and row["process_per_s"] > 1000
        assert row["process_mean_ns"] > 0 and 0 < row["cpu_share"] < 1
        assert row["application"] and row["cmdline"].endswith("resting")


def test_rates_agree_with_the_kernel(tracer, pairs):
    tracer(interval=1)
    pid = pairs[0].pid
    tids = [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]
    started, before = time.monotonic(), [sum(counters(tid)) for tid in tids]
    rows = json.loads(good("threads", pid, "--json", "-i", "1", "-n", "1"))["threads"]
    seconds, after = time.monotonic() - started, [sum(counters(tid)) for tid in tids]
    said = sum(row["voluntary_per_s"] + row["preempted_per_s"] for row in rows)
    assert said == pytest.approx((sum(after) - sum(before)) / seconds, rel=0.3)


def test_text_json_and_csv_have_the_same_rows(tracer, pairs):
    tracer(interval=1)
    for command, key in ((("groups",), "tgid"), (("groups", "--app"), "application"),
                         (("threads", pairs[0].pid), "lwp")):
        what = "applications" if "--app" in command else command[0]
        rows = json.loads(good(*command, "--json"))[what]
        table = by_csv(good(*command, "--csv"))
        text = good(*command).splitlines()
        later = json.loads(good(*command, "--json"))[what]
        # Others come and go meanwhile; what has ended has no id.
        stable = {str(row[key]) for row in rows} & {str(row[key]) for row in later} - {"None"}
        assert stable <= {row[key] for row in table} and len(text) - 1 >= len(stable) > 0
        assert set(table[0]) == {"time_ns", "interval_ns", *rows[0]}
        assert max(map(len, text)) <= 80 and "\x1b" not in "".join(text)


def test_applications_are_sums_of_groups(tracer, pairs):
    tracer(interval=1)
    rows = json.loads(good("groups", "--json", "--app"))["applications"]
    assert len({(row["application"], row["kind"]) for row in rows}) == len(rows)
    with Client() as client:
        reply = client.snapshot("groups", "nr_groups")
    assert abs(sum(row["groups"] for row in rows) - reply["nr_groups"]) < 10
    assert pairs


def test_sort_and_limit(tracer, pairs):
    tracer(interval=1)
    rows = json.loads(good("groups", "--json", "--sort", "process_per_s", "--limit", "3"))["groups"]
    rates = [row["process_per_s"] for row in rows]
    assert len(rows) == 3 and rates == sorted(rates, reverse=True) and rates[1] > 1000
    names = [row["comm"] for row in json.loads(good("groups", "--json", "--sort", "comm"))["groups"]]
    assert names == sorted(names, key=str.encode) and pairs
    assert "'nothing'" in bad(USAGE, "groups", "--sort", "nothing")


def test_hist_has_what_the_daemon_has(tracer, workload):
    tracer(interval=1)
    program = workload("pair", "process", "pipe", CPU, 2000)
    program.go()
    tgid = program.tasks[0]["tgid"]
    with Client() as client:
        group = client.snapshot("groups", tgid=tgid)["groups"][0]
    cost, = json.loads(good("hist", "--group", tgid, "--kind", "process", "--json"))["cost"]
    assert cost["kind"] == "process" and cost["count"] == group["switches"]["process"] > 1900
    assert cost["sum_ns"] == group["cost_ns"]["process"]
    assert cost["p50_ns"] == group["p50_ns"]["process"]
    assert sum(bucket["count"] for bucket in cost["buckets"]) == cost["count"]
    table = by_csv(good("hist", "--group", tgid, "--kind", "process", "--csv"))
    assert {(int(row["le_ns"]), int(row["count"])) for row in table} == {
        (bucket["le_ns"], bucket["count"]) for bucket in cost["buckets"]}
    text = good("hist", "--group", tgid, "--kind", "process").splitlines()
    assert text[0].startswith(f"process: {cost['count']} switches, mean ")
    assert sum(int(line.split(":")[1].split()[0]) for line in text[3:]) == cost["count"]
    assert max(map(len, text)) <= 80
    both = json.loads(good("hist", "--group", "pair", "--kind", "process", "--json"))["cost"][0]
    assert both["count"] >= 2 * 1900


def test_hist_over_intervals(tracer, pairs):
    tracer(interval=1)
    lines = good("hist", "-i", "0.5", "-n", "3", "--json").splitlines()
    assert len(lines) == 3 and pairs
    whole = json.loads(good("hist", "--json"))
    for line in map(json.loads, lines):
        assert line["interval_ns"] == pytest.approx(5e8, rel=0.5)
        for cost, all_of_it in zip(line["cost"], whole["cost"]):
            assert sum(bucket["count"] for bucket in cost["buckets"]) == cost["count"]
            assert cost["count"] <= all_of_it["count"]
            assert cost["min_ns"] <= cost["p50_ns"] <= cost["max_ns"] <= all_of_it["max_ns"]
    from_idle = json.loads(good("hist", "--from", "idle", "--json"))["cost"]
    assert from_idle[0]["count"] < whole["cost"][0]["count"]


def test_status_is_healthy(tracer):
    tracer(interval=1)
    lines = good("status").splitlines()
    assert any(line.startswith("health    ok, nothing lost") for line in lines)
    assert max(map(len, lines)) <= 80
    status = json.loads(good("status", "--json"))
    assert status["healthy"] is True and status["seen"] == status["received"]
    row, = by_csv(good("status", "--csv"))
    assert row["healthy"] == "1" and int(row["seen"]) >= status["seen"]


def test_status_tells_of_loss(tracer):
    traced = tracer("--ring-size", 4096)
    traced.send(signal.SIGSTOP)
    subprocess.run([PROGRAMS / "pair", "thread", "futex", str(CPU), "20000"], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=PATIENCE_S)
    traced.send(signal.SIGCONT)
    result = tvtrace("status")
    assert (result.returncode, result.stderr) == (FAILED, "")
    assert "health    LOST" in result.stdout
    result = tvtrace("status", "--json")
    assert result.returncode == FAILED and json.loads(result.stdout)["healthy"] is False


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_daemon(command, tmp_path):
    arguments = (command, "1") if command == "threads" else (command,)
    assert "start it" in bad(NO_DAEMON, *arguments, "--socket", tmp_path / "none")
    path = tmp_path / "dead"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert "start it" in bad(NO_DAEMON, *arguments, "--socket", path)
    assert "--socket" in bad(USAGE, *arguments, "--socket", "x" * 200)


def test_who_may_not_ask(tracer, public_client):
    tracer(interval=1)
    nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", public_client)
    assert "group tvtrace" in bad(NO_DAEMON, "status", command=nobody)


def test_a_member_of_the_group_runs_every_command(tracer, pairs, public_client, tmp_path):
    with group_file(tmp_path, "tvtrace:x:54321:") as command:
        tracer(interval=5, command=command)
    member = ("setpriv", "--reuid", "65534", "--regid", "65534", "--groups", "54321", public_client)
    for arguments in (("status",), ("hist",), ("groups",), ("groups", "--app"),
                      ("threads", pairs[0].pid)):
        assert good(*arguments, command=member)
    rows = json.loads(good("threads", pairs[0].pid, "--json", command=member))["threads"]
    assert max(row["thread_per_s"] for row in rows) > 1000
    screen = Terminal(80, 24, " ".join(map(str, member)) + " top -i 0.3")
    try:
        lines = screen.wait_for(lambda lines: any(re.search(r" \d+k ", line) for line in lines))
        assert lines[0].startswith("tvtrace top ")
        screen.type("q")
    finally:
        screen.close()


@pytest.mark.parametrize("arguments, word", [
    (("nonsense",), "'nonsense'"), (("help", "nonsense"), "'nonsense'"),
    (("hist", "--kind", "x"), "thread, process, kthread, idle"),
    (("hist", "--from", "x"), "user, kthread, idle"),
    (("hist", "--group", "a", "--app", "b"), "exclude"),
    (("hist", "--from", "idle", "--group", "a"), "--from"),
    (("groups", "--json", "--csv"), "exclude"),
    (("groups", "extra"), "'extra'"), (("status", "extra"), "'extra'"),
    (("groups", "-i", "0"), "0.05"), (("groups", "-i", "nan"), "'nan'"),
    (("groups", "-n", "0"), "whole number"), (("groups", "-n", "x"), "'x'"),
    (("groups", "--limit", "-1"), "'-1'"),
    (("threads",), "TGID"), (("threads", "x"), "'x'"), (("threads", "1", "2"), "'2'"),
    (("threads", "99999999999"), "whole number"),
])
def test_bad_arguments(arguments, word):
    assert word in bad(USAGE, *arguments)


@pytest.mark.parametrize("command", ["status", "groups", "threads", "hist", "top", "capture",
                                     "trigger", "report"])
@pytest.mark.parametrize("option", ["--bad", "-Z", "--socket"])
def test_no_such_option(command, option):
    """In argp's words, as of other GNU programs: what is wrong, and where help is."""
    result = tvtrace(command, option)
    assert (result.returncode, result.stdout) == (USAGE, "")
    said, help_line = result.stderr.split("\n", 1)
    assert said.startswith(f"tvtrace {command}: ") and option.strip("-") in said
    assert help_line.startswith(f"Try `tvtrace {command} --help'")


def test_what_is_not_there(tracer):
    tracer(interval=1)
    assert "4194304" in bad(FAILED, "threads", "4194304")
    assert "'no-such'" in bad(FAILED, "hist", "--group", "no-such")
    assert "'no-such'" in bad(FAILED, "hist", "--app", "no-such")


def test_help():
    text = good("help")
    assert good("--help") == text and all(f"  {command}  " in text for command in ("status", "threads"))
    assert tvtrace().returncode == USAGE
    assert good("--version").startswith("tvtrace ")
    for command in COMMANDS:
        said = good("help", command)
        assert said == good(command, "--help") and f"tvtrace {command}" in said
        assert "--socket" in said and "--json" in said
    for key in by_csv_heading("groups"):
        assert f"\n  {key} " in good("help", "groups")
    # What goes on in a further line stands below its first one.
    for command in ("groups", "threads", "trigger"):
        text = good("help", command)
        rows = re.split(r"by these names\):\n|of one interval:\n", text)[1]
        rows = rows.split("\nEach capture")[0]
        assert all(line.startswith("  ") or not line or line.endswith(":")
                   for line in rows.splitlines()), text


FORMULAS = (b"=1+1", b"+1", b"-1", b"@SUM(A1)", b"\t=1", b"'=1", b"'", b"a=1", b"=\",x", b"-")


def test_names_that_spreadsheets_would_run(tracer, workload):
    """Not as they are; and not so that what they were cannot be told."""
    tracer(interval=1)
    program = workload("names", *(name.hex() for name in FORMULAS))
    program.go()
    text = good("groups", "--csv", "-i", "0.2", "-n", "1")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    by_tgid = {int(row["tgid"]): row["comm"] for row in rows if row["tgid"]}
    known = {row["tgid"]: row["comm"] for row in json.loads(good("groups", "--json", "-i", "0.2", "-n", "1"))["groups"]}
    for tid, name in zip(program.tids, FORMULAS):
        assert by_tgid[tid].removeprefix("'") == known[tid]
        # The tab is escaped, as in all outputs.
        assert by_tgid[tid].startswith("'") == (chr(name[0]) in "=+-@'")


def by_csv_heading(command):
    """The columns that a command documents must be those that it prints."""
    lines = good("help", command).split("by these names):\n")[1].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]


def test_signals_end_it_well(tracer):
    tracer(interval=1)
    for number in (signal.SIGINT, signal.SIGTERM):
        program = subprocess.Popen([TVTRACE, "groups", "--json", "-i", "0.1"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert json.loads(program.stdout.readline())["groups"]
        program.send_signal(number)
        assert program.wait(PATIENCE_S) == 0 and program.stderr.read() == b""
        program.stdout.close()
        program.stderr.close()


def test_the_end_of_the_daemon(tracer):
    traced = tracer(interval=1)
    program = subprocess.Popen([TVTRACE, "groups", "--json", "-i", "0.2"], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.stdout.readline()
    traced.stop()
    _, said = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == NO_DAEMON and said.count("\n") == 1


def test_standard_output_that_is_full_or_gone(tracer):
    tracer(interval=1)
    for command in (("status",), ("groups",), ("hist",)):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([TVTRACE, *command], stdout=full, stderr=subprocess.PIPE,
                                    text=True, timeout=PATIENCE_S, check=False)
        assert result.returncode == FAILED and "standard output" in result.stderr
    result = subprocess.run(["sh", "-c", f"{TVTRACE} groups -i 0.1 | head -n 1"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                            check=False)
    assert (result.returncode, result.stderr) == (0, "") and result.stdout.count("\n") == 1


def nested(depth):
    return b'{"version":1,"groups":' + b"[" * depth + b"]" * depth + b"}\n"


@pytest.mark.parametrize("reply", [
    b"", b"\n", b"nonsense\n", b"{}\n", b'{"version":2}\n', b"[1,2]\n", b"\0\0\n", b"half a line",
    b'{"version":1}\n', b'{"version":1,"error":7}\n', nested(10000),
    b'{"version":1,"error":{"code":"x","message":"\\u001b[31mred"}}\n',
    b'{"version":1,"time_ns":"x","groups":[{}],"accounting":[],"host":3,"nr_groups":1}\n',
    b'{"version":1,"groups":[{"comm":"\\u001b[31mred","tgid":5,"start_ns":1}],"nr_groups":1}\n',
    b'{"version":1,"cost_by_from":[{"kind":"thread","count":-5,"buckets":[{"le_ns":"x"},7]}]}\n',
])
@pytest.mark.parametrize("command", [("status",), ("groups",), ("hist",), ("threads", "5")])
def test_who_answers_may_be_anybody(tmp_path, command, reply):
    """No crash, nothing that a terminal would obey, and an end."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer():
            connection, _ = listener.accept()
            with connection:
                for _ in range(3):
                    if not connection.recv(4096):
                        break
                    connection.sendall(reply)
                    if not reply.endswith(b"\n"):
                        break
        server = threading.Thread(target=answer, daemon=True)
        server.start()
        result = tvtrace(*command, "-i", "0.05", "-n", "1", "--socket", path)
        server.join(PATIENCE_S)
    assert result.returncode in (OK, FAILED, NO_DAEMON), result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    assert result.returncode == OK or result.stderr.count("\n") == 1
