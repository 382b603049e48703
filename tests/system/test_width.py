# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Lists use the width there is, and tell apart what has one name."""

import json
import os
import re
import shutil
import subprocess

import pytest

from control import OK, TVTRACE, tvtrace
from ptys import Pty
from terminal import Terminal, columns
from tracer import TVTRACED

pytestmark = pytest.mark.kernel

TITLES = ("checkpointer", "background writer", "walwriter", "logical replication launcher",
          "user one db 127.0.0.1 idle in transaction with a very long title that goes on and on")


@pytest.fixture(name="servers")
def processes_of_one_name(tmp_path):
    """They switch now and then, each as often as the others."""
    path = tmp_path / "postgres"
    shutil.copy("/bin/sh", path)
    servers = [subprocess.Popen([f"postgres: {title}", "-c", "while sleep 0.05; do :; done"],
                                executable=path) for title in TITLES]
    yield servers
    for server in servers:
        server.kill()
        server.wait()


def listed(*arguments, width=None):
    environment = {**os.environ, "COLUMNS": str(width)} if width else {
        key: value for key, value in os.environ.items() if key != "COLUMNS"}
    result = tvtrace(*arguments, env=environment)
    assert (result.returncode, result.stderr) == (OK, "")
    return result.stdout.splitlines()


def of_servers(lines, servers):
    """Their lines, by the process id in them."""
    pids = {str(server.pid) for server in servers}
    found = {pid: line for line in lines for pid in re.findall(r" (\d+) ", line)[:1] if pid in pids}
    assert found.keys() == pids
    return [found[str(server.pid)] for server in servers]


@pytest.mark.parametrize("width", [None, 60, 80, 100, 140, 200, 400])
def test_names_that_repeat_are_told_apart(tracer, servers, width):
    tracer()
    lines = listed("groups", "-i", "0.3", "-n", "1", width=width)
    for line in lines:
        assert columns(line) <= (width or 80), line
    names = of_servers(lines, servers)
    room = lines[0].index("tgid") - 3
    for title, line in zip(TITLES, names):
        expected = f"postgres {title} -c while"
        assert line.startswith(expected[:min(room - 6, 14)])
        if width == 400:
            assert line.startswith(expected)
    if width and width >= 140:
        assert len({line[:room] for line in names}) == len(names)
    if width and width >= 200:
        assert " application " in lines[0] and lines[0].endswith(" command")


def test_other_forms_have_the_name_alone(tracer, servers):
    tracer()
    rows = json.loads(listed("groups", "--json", "-i", "0.3", "-n", "1")[0])["groups"]
    rows = {row["tgid"]: row for row in rows}
    for title, server in zip(TITLES, servers):
        assert rows[server.pid]["comm"] == "postgres"
        assert rows[server.pid]["cmdline"].startswith(f"postgres: {title}")


def test_wide_cuts_nothing(tracer, servers):
    tracer()
    lines = listed("groups", "-w", "-i", "0.3", "-n", "1")
    command = " -c while sleep 0.05; do :; done"
    for title, line in zip(TITLES, of_servers(lines, servers)):
        assert line.startswith(f"postgres {title}{command} ")
        assert line.endswith(f"postgres: {title}{command}")
    keys = {row for row in json.loads(listed("groups", "--json", "-i", "0.3", "-n", "1")[0])[
        "groups"][0]} - {"start_ns"}
    # Every column but the one that is only for machines, and each line as wide as its heading.
    assert len(lines[0].split()) == len(keys)
    for option in ("--app", ""):
        wide, usual = (len(listed("groups", *option.split(), *extra, "-i", "0.1", "-n", "1")[0])
                       for extra in (("-w",), ()))
        assert wide > usual


def test_the_terminal_says_how_wide(tracer, servers):
    """A pseudo-terminal of 200 columns, whatever COLUMNS says."""
    tracer()
    terminal = Pty(TVTRACE, "groups", "-i", "0.3", "-n", "1", size=(50, 200),
                   environment={"COLUMNS": "80"})
    try:
        assert terminal.process.wait(60) == 0
        terminal.wait_for(lambda: terminal.output.count(b"postgres") >= len(servers))
        lines = terminal.output.decode().splitlines()
        assert 100 < max(map(columns, lines)) <= 200
        assert "command" in lines[0]
    finally:
        terminal.close()


@pytest.mark.parametrize("width", [80, 160])
def test_the_live_view_tells_them_apart(servers, width):
    screen = Terminal(width, 50, f"while {TVTRACED} --interval 0.5; [ $? = 8 ]; do sleep 0.5; done")
    try:
        lines = screen.wait_for(lambda lines: sum(line.startswith("postgres ")
                                                  for line in lines) >= 3)
        found = [line for line in lines if line.startswith("postgres ")]
        assert all(re.match(r"postgres (c|b|w|l|u)", line) for line in found), found
        if width > 80:
            assert any(title in line for title in TITLES for line in found)
    finally:
        screen.close()
    assert len(servers) == len(TITLES)


def test_top_tells_them_apart(tracer, servers):
    tracer()
    rows = json.loads(listed("groups", "--json", "-i", "0.3", "-n", "1")[0])["groups"]
    application, = {row["application"] for row in rows if row["tgid"] == servers[0].pid}
    screen = Terminal(160, 50, f"{TVTRACE} top -i 0.3")
    try:
        screen.wait_for(lambda lines: len(lines) > 5 and lines[4].startswith("application"))
        for key in ("/", *application, "Enter", "Enter"):
            screen.type(key)
        screen.wait_for(lambda lines: len(lines) > 5 and lines[4].startswith("group"))
        for key in ("/", *"postgres", "Enter"):
            screen.type(key)
        screen.wait_for(lambda lines: "filter: postgres" in lines[3] and all(
            any(line.startswith(f"postgres {title[:20]}") for line in lines) for title in TITLES))
        screen.type("q")
    finally:
        screen.close()
    assert len(servers) == len(TITLES)
