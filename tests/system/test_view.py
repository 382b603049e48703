# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The live view on real terminals of several sizes."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

from control import Client
from terminal import Terminal, columns
from test_cli import TABLE_ROW, check_block
from tracer import PATIENCE_S, TVTRACED
from workloads import CPU, FIRST_CPU, endless_pair

# Waits while somebody else's tvtraced runs (status 8); tells the status at the end.
SCRIPT = """
trap : INT
stty -g >{dir}/before
while {environment} {tvtraced} {options}; status=$?; [ $status = 8 ]; do sleep 0.5; done
stty -g >{dir}/after
echo "status $status"
"""
LOCK = pathlib.Path("/run/tvtraced.lock")
COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7]|38|48)[0-9;]*m")


@pytest.fixture
def terminal(tmp_path):
    with contextlib.ExitStack() as stack:
        def start(width, height, options="--interval 0.3", environment=""):
            script = SCRIPT.format(dir=tmp_path, tvtraced=TVTRACED, options=options,
                                   environment=environment)
            started = Terminal(width, height, script)
            stack.callback(started.close)
            return started
        yield start


def shown(lines):
    return bool(lines) and bool(re.match(r"tvtraced \d+\.", lines[0]))


def live(terminal):
    """The screen, once the live view is on it."""
    return terminal.wait_for(lambda lines: terminal.tell("#{alternate_on}") == "1"
                             and shown(lines))


def quit_view(terminal, key="q"):
    terminal.type(key)
    return terminal.wait_for(lambda lines: any(line.startswith("status ") for line in lines))


def check_screen(lines, width, height):
    assert len(lines) <= height
    for line in lines:
        assert columns(line) <= width and line.isprintable(), line


@pytest.mark.parametrize("width, height", [(80, 24), (200, 60), (100, 30), (80, 25)])
def test_view_fits_the_terminal(terminal, width, height):
    screen = terminal(width, height)
    lines = live(screen)
    check_screen(lines, width, height)
    assert "Linux" in lines[0] and "cost" in lines[0]
    assert re.match(r"seen .*received .*spilled .*unseen ", lines[1])
    assert sum(bool(TABLE_ROW.match(line)) for line in lines) >= 2
    assert any("thread (" in line and "process (" in line for line in lines)
    assert any(line.startswith("thread group") for line in lines)


def test_a_stopped_terminal(terminal, tmp_path):
    """Ctrl-S holds up nobody but who looks; and who is told to end then ends."""
    screen = terminal(80, 24)
    live(screen)
    screen.type("C-s")
    loads = [endless_pair("thread", "futex", FIRST_CPU), endless_pair("process", "pipe", CPU)]
    time.sleep(2)
    for load in loads:
        load.kill()
        load.wait()
    with Client() as client:
        accounting = client.snapshot("accounting")["accounting"]
    assert accounting["spilled"] == 0 and accounting["seen"] > 10000
    before = screen.lines()
    screen.type("C-q")
    screen.wait_for(lambda lines: lines != before)
    live(screen)
    screen.type("C-s")
    time.sleep(1)
    os.kill(int(LOCK.read_text(encoding="ascii")), signal.SIGTERM)
    screen.wait_for(lambda lines: "status 0" in lines)
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()


@pytest.mark.parametrize("width, height", [(20, 5), (40, 10), (10, 2), (79, 23)])
def test_view_on_a_small_terminal(terminal, width, height):
    """Cut at the edges, never wrapped or scrolled away."""
    screen = terminal(width, height)
    screen.wait_for(lambda lines: screen.tell("#{alternate_on}") == "1"
                    and lines and lines[0].startswith("tvtraced"[:width]))
    check_screen(screen.lines(), width, height)
    screen.type("q")
    screen.wait_for(lambda lines: screen.tell("#{alternate_on}") == "0")


def test_view_on_a_terminal_of_one_character(terminal):
    screen = terminal(1, 1)
    screen.wait_for(lambda lines: screen.tell("#{alternate_on}") == "1")
    screen.type("q")
    screen.wait_for(lambda lines: screen.tell("#{alternate_on}") == "0")


def test_quit_restores_the_terminal(terminal, tmp_path):
    screen = terminal(80, 50)
    live(screen)
    lines = quit_view(screen)
    assert "status 0" in lines
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
    assert screen.tell("#{alternate_on} #{cursor_flag}") == "0 1"
    # The last block stays.
    start = max(i for i, line in enumerate(lines) if re.match(r"tvtraced \S+ +Linux", line))
    check_block("\n".join(lines[start:lines.index("status 0")]))


def test_interrupt_key_ends_it_too(terminal, tmp_path):
    screen = terminal(80, 50)
    live(screen)
    assert "status 0" in quit_view(screen, "C-c")
    assert screen.tell("#{alternate_on} #{cursor_flag}") == "0 1"
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()


def test_other_keys_do_nothing(terminal):
    screen = terminal(80, 24)
    live(screen)
    for key in ("x", "Up", "Escape", "Enter", "C-l"):
        screen.type(key)
    check_screen(live(screen), 80, 24)
    assert "status 0" in quit_view(screen)


def test_resized_while_it_runs(terminal):
    """Redrawn at once for the new size, long before the next interval."""
    screen = terminal(80, 24, options="--interval 0.5")
    live(screen)
    for width, height in ((200, 60), (60, 20), (20, 5), (80, 24)):
        screen.resize(width, height)
        # Wide enough to tell by: the histograms and tables end where the screen does.
        screen.wait_for(lambda lines: shown(lines) or lines[0].startswith("tvtraced"))
        check_screen(screen.lines(), width, height)
    assert "status 0" in quit_view(screen)


def test_colours_unless_unwanted(terminal):
    screen = terminal(80, 24)
    live(screen)
    assert COLOUR.search(screen.raw())
    quit_view(screen)
    screen.close()
    screen = terminal(80, 24, environment="NO_COLOR=1")
    live(screen)
    assert not COLOUR.search(screen.raw())


def test_hostile_names_do_not_reach_the_terminal(terminal, workload):
    names = [b"\x1b[31mred", b"a\nb", b"\xff\xff", "\u4e2d\u6587\u5b57\u7b26".encode(),
             "e\u0301\u202e".encode(), b"\x9b31m"]
    program = workload("names", *(name.hex() for name in names))
    program.go()
    screen = terminal(80, 24)
    lines = screen.wait_for(lambda lines: any("x1b[31mred" in line or "x0a" in line
                                              for line in lines))
    check_screen(lines, 80, 24)


def test_dumb_terminal_gets_plain_blocks(terminal):
    screen = terminal(80, 50, options="--interval 0.3 --duration 1", environment="TERM=dumb")
    lines = screen.wait_for(lambda lines: any(line.startswith("status ") for line in lines))
    assert "status 0" in lines
    assert any(line.startswith("seen ") for line in lines)


def test_view_of_a_load(terminal):
    """`perf bench sched pipe` stands under `process`, and with -T under `thread`."""
    screen = terminal(120, 40, options="--interval 0.5")
    live(screen)
    for option, kind in (([], "process"), (["-T"], "thread")):
        load = subprocess.Popen(["perf", "bench", "sched", "pipe", "-l", "1000000", *option],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            def is_busiest(lines, kind=kind):
                shares = {}
                for line in lines:
                    if match := re.match(r"(\w+) +(\w+) .*? ([\d.]+)%", line):
                        shares[match[1]] = shares.get(match[1], 0) + float(match[3])
                return shares and shares.get(kind, 0) > shares.get(
                    {"process": "thread", "thread": "process"}[kind], 0) + 20
            screen.wait_for(is_busiest)
        finally:
            load.kill()
            load.wait(PATIENCE_S)
