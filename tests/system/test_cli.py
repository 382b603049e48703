# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line: options, how it ends, and what it prints where."""

import json
import re
import signal
import time

import pytest

import identities
import tracer as tvtraced
from terminal import columns
from tracer import TVTRACED

OPTIONS = ["--interval", "--duration", "--textfile", "--once", "--json", "--quiet", "--verbose",
           "--ring-size", "--recorder", "--cost-source", "--features", "--version", "--help"]
TABLE_ROW = re.compile(r"(thread|process|kthread|idle) +(user|kthread|idle) .*\d%")


def check_block(text, width=80):
    """One block of the plain output: header, trust line, tables, nothing for a terminal only."""
    assert "\x1b" not in text and all(c.isprintable() or c == "\n" for c in text)
    lines = text.splitlines()
    assert max(map(columns, lines)) <= width
    assert re.match(r"tvtraced \S+  Linux \S+  cost \S+, bias .* ns +(up|ran) ", lines[0])
    assert re.match(r"seen \d.*received .*spilled .*unseen .*ns, .*%", lines[1])
    assert sum(bool(TABLE_ROW.match(line)) for line in lines) >= 4
    assert any("thread (" in line and "process (" in line for line in lines)
    assert any(line.startswith("thread group") for line in lines)


def blocks(text):
    return [part for part in re.split(r"(?m)^(?=tvtraced \S+ +Linux )", text) if part]


def test_help_names_every_option_and_status():
    result = tvtraced.run("--help")
    assert (result.returncode, result.stderr) == (0, "")
    for option in OPTIONS:
        assert option in result.stdout
    assert "Exit status" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_version():
    result = tvtraced.run("--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"tvtraced \d+\.\d+\.\d+(-\d+-g[0-9a-f]+)?\n", result.stdout)


def test_help_and_version_need_no_root():
    for option in ("--help", "--version"):
        result = tvtraced.run(option, command=("setpriv", "--bounding-set=-all",
                                               "--inh-caps=-all", TVTRACED))
        assert result.returncode == 0


def test_once_json():
    start = time.monotonic()
    result = tvtraced.run("--once", "--json", "--interval", "0.3")
    assert (result.returncode, result.stderr) == (0, "")
    line, = result.stdout.splitlines()
    publication = json.loads(line)
    assert publication["final"]
    assert 0.3e9 <= publication["uptime_ns"] <= (time.monotonic() - start) * 1e9
    identities.check_publication(publication)


def test_json_has_the_documented_members():
    publication = json.loads(tvtraced.run("--once", "--json", "--interval", "0.1").stdout)
    assert {"version", "kernel", "cost_source", "cost_bias_ns", "features", "accounting", "switches",
            "cost", "groups", "threads", "other", "time_ns", "interval_ns", "uptime_ns", "final",
            "cost_by_from", "probe", "ring"} <= set(publication)
    assert {"seen", "received", "spilled", "unmeasured", "unseen"} <= set(publication["accounting"])
    assert {"kind", "count", "sum_ns", "min_ns", "max_ns", "p50_ns", "p90_ns", "p99_ns",
            "buckets"} <= set(publication["cost"][0])
    assert {"tgid", "comm", "start_ns", "threads", "switches", "cost_ns", "voluntary",
            "preempted"} <= set(publication["groups"][0])
    assert {"tid", "tgid", "comm", "in", "out", "cost_ns"} <= set(publication["threads"][0])


def test_once_prints_one_block():
    result = tvtraced.run("--once", "--interval", "0.5")
    assert (result.returncode, result.stderr) == (0, "")
    assert len(blocks(result.stdout)) == 1
    check_block(result.stdout)


def test_redirected_blocks():
    result = tvtraced.run("--duration", "1.2", "--interval", "0.5")
    assert (result.returncode, result.stderr) == (0, "")
    printed = blocks(result.stdout)
    assert len(printed) == 3  # the last one at the end
    for block in printed:
        check_block(block)


def test_duration_ends_by_itself(tracer):
    traced = tracer("--duration", "1", interval=0.3)
    traced.finish()
    final = traced.publications[-1]
    assert [p["final"] for p in traced.publications] == [False] * 3 + [True]
    assert 1e9 <= final["uptime_ns"] < 3e9
    identities.check_all(traced.publications)


def test_duration_shorter_than_the_interval():
    result = tvtraced.run("--duration", "0.1", "--interval", "60", "--json")
    publication = json.loads(result.stdout)
    assert publication["final"] and publication["uptime_ns"] < 10e9


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_with_a_last_publication(tracer, number):
    traced = tracer()
    final = traced.stop(number)
    assert final["final"]
    identities.check_all(traced.publications)


def test_signal_ends_plain_output_with_a_last_block(tracer):
    traced = tracer(json_output=False)
    before = len(blocks("".join(traced.publications)))
    traced.stop(signal.SIGINT)
    printed = blocks("".join(traced.publications))
    assert len(printed) > before
    for block in printed:
        check_block(block)


def test_signal_before_the_first_publication():
    """However early it comes, the end is orderly: killed before it takes signals, or exit 0."""
    for delay in (0.02, 0.1, 0.3):
        command = ("timeout", "--preserve-status", "--signal=TERM", str(delay), TVTRACED)
        result = tvtraced.run("--json", "--interval", "60", command=command)
        assert result.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
        assert result.stderr in ("", "Terminated\n")
        for line in result.stdout.splitlines():
            assert json.loads(line)["final"]


def test_quiet_prints_nothing():
    result = tvtraced.run("--quiet", "--duration", "0.5", "--interval", "0.1")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_verbose_says_what_it_chose():
    result = tvtraced.run("--verbose", "--once", "--json", "--interval", "0.1")
    assert result.returncode == 0
    source = json.loads(result.stdout)["cost_source"]
    assert f"\ntvtraced: cost source {source}: works\n" in result.stderr
    assert "tvtraced: ring_buffer: yes (" in result.stderr


@pytest.mark.parametrize("options", [["--json"], []])
def test_reader_that_leaves(options):
    """As in `tvtraced --json | head -1`."""
    pipe = '"$0" --interval 0.1 "$@" | head -1; exit "${PIPESTATUS[0]}"'
    result = tvtraced.run(*options, command=("bash", "-c", pipe, TVTRACED))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("{" if options else "tvtraced ")
    assert len(result.stdout.splitlines()) == 1


def test_closed_standard_streams():
    """Started by something that closes them all."""
    command = ("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", TVTRACED)
    result = tvtraced.run("--quiet", "--duration", "0.3", command=command)
    assert result.returncode == 0


def test_locale_does_not_matter(tracer, tmp_path):
    """Decimal commas would spoil both JSON and the textfile."""
    path = tmp_path / "a.prom"
    command = ["env", "LC_ALL=de_DE.UTF-8", "LANG=de_DE.UTF-8", TVTRACED]
    traced = tracer("--textfile", path, command=command)
    identities.check_publication(traced.fresh())
    assert not re.search(r"\d,\d", path.read_text(encoding="utf-8"))


def test_slow_reader_loses_nothing():
    """A reader that takes its time holds the daemon up, as a stopped one would be."""
    pipe = '"$0" "$@" | (sleep 1.5; cat); exit "${PIPESTATUS[0]}"'
    result = tvtraced.run("--json", "--interval", "0.05", "--duration", "2", "--ring-size", "4096",
                          command=("bash", "-c", pipe, TVTRACED))
    assert (result.returncode, result.stderr) == (0, "")
    identities.check_all([json.loads(line) for line in result.stdout.splitlines()])
