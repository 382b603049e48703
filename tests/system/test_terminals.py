# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Terminals that do what terminals do: they are resized, hung up, not read from, flooded with keys,
and left behind by programs that die. Nothing of that may keep the event loop from its rings, and
what is left is a terminal as it was.
"""

import contextlib
import os
import pathlib
import re
import signal
import time

import pytest

from control import SOCKET, TVTRACE, Client
from ptys import LEAVE, Pty, live_view
from terminal import Terminal
from tracer import OK, PATIENCE_S, SANITIZED, TVTRACED
from watchdog import Watchdog
from workloads import CPU, FIRST_CPU, endless_pair

LOCK = pathlib.Path("/run/tvtraced.lock")


@pytest.fixture(name="view")
def live_views():
    with contextlib.ExitStack() as stack:
        def start(*options, **keywords):
            started = live_view(*options, **keywords)
            stack.callback(started.close)
            return started
        yield start


def quit_view(view):
    view.type(b"q")
    assert view.process.wait(PATIENCE_S) == OK
    assert view.restored()


def test_resized_many_times(view):
    """More often than ncurses' queue of keys has places (137), and then a key."""
    screen = view()
    screen.wait_for_screen()
    with Watchdog():
        for i in range(200):
            screen.resize(24 + i % 2, 80)
            time.sleep(0.005)
        screen.type(b"x")
        time.sleep(1)
    quit_view(screen)


def test_a_flood_of_keys(view):
    screen = view()
    screen.wait_for_screen()
    with Watchdog():
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            screen.type(b"x\x1b[A" * 200)
    quit_view(screen)


def test_q_within_a_key_is_no_q(view):
    screen = view()
    screen.wait_for_screen()
    screen.type(b"\x1bq\x1bOq\x1b[1;5q")
    time.sleep(1)
    assert screen.process.poll() is None
    quit_view(screen)


@pytest.mark.parametrize("controlling", [True, False])
def test_hung_up(view, tmp_path, controlling):
    """Whether SIGHUP tells of it or only the terminal itself."""
    textfile = tmp_path / "a.prom"
    screen = view("--textfile", textfile, controlling=controlling)
    screen.wait_for_screen()
    screen.hang_up()
    assert screen.process.wait(PATIENCE_S) in (OK, -signal.SIGHUP)
    assert not textfile.exists() and not SOCKET.exists()


@pytest.mark.alone
def test_nobody_reads(view, tmp_path):
    """A terminal that takes nothing, as one whose window is stopped: only the view stands still."""
    textfile = tmp_path / "a.prom"
    screen = view("--textfile", textfile, interval=0.1, size=(100, 200), read=False)
    screen.wait_for(SOCKET.exists)
    loads = [endless_pair("thread", "futex", FIRST_CPU), endless_pair("process", "pipe", CPU)]
    try:
        with Watchdog() as dog:
            time.sleep(4)
            written = textfile.stat().st_mtime
            time.sleep(1)
            assert textfile.stat().st_mtime > written
    finally:
        for load in loads:
            load.kill()
            load.wait()
    if not SANITIZED:
        assert dog.last["spilled"] == 0
    os.kill(screen.process.pid, signal.SIGTERM)
    # It gives the terminal some seconds to take what is left.
    assert screen.process.wait(PATIENCE_S) in (OK, 1)
    assert not textfile.exists() and not SOCKET.exists()


def lives(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(
            ")", 1)[1].split()[0] != "Z"
    return False


# Whoever is killed by these cannot clean up.
DEADLY = (signal.SIGSEGV, signal.SIGKILL)
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
MEANINGLESS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGIO, signal.SIGPROF,
               signal.SIGVTALRM, signal.SIGRTMIN, signal.SIGRTMAX, signal.SIGPWR)


@pytest.mark.parametrize("number", DEADLY + ENDING)
@pytest.mark.parametrize("which", ["the one that was started", "the one that draws"])
@pytest.mark.parametrize("program", ["tvtraced", "top"])
def test_killed(view, tracer, program, which, number):
    """However one of the two processes dies, both go, and the terminal is as it was."""
    if program == "top":
        tracer(interval=1)
        screen = Pty(TVTRACE, "top", "-i", "0.3")
    else:
        screen = view()
    with contextlib.closing(screen):
        screen.wait_for_screen()
        drawing, = screen.children()
        started = which == "the one that was started"
        os.kill(screen.process.pid if started else drawing, number)
        status = screen.process.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while lives(drawing) or not screen.restored():
            assert time.monotonic() < deadline, screen.output[-300:]
            time.sleep(0.02)
        if number in ENDING:
            assert status == OK
        elif started and SANITIZED and number == signal.SIGSEGV:
            assert status > 0  # the sanitizer's own
        elif started:
            assert status == -number
        elif not (SANITIZED and number != signal.SIGKILL):
            said = screen.output[screen.output.rfind(LEAVE):].decode()
            assert status == 1 and f"ended by signal {int(number)} (" in said


@pytest.mark.parametrize("which", ["the one that was started", "the one that draws"])
def test_signals_that_mean_nothing(view, which):
    screen = view()
    screen.wait_for_screen()
    pid = screen.process.pid if which == "the one that was started" else screen.children()[0]
    for number in MEANINGLESS:
        os.kill(pid, number)
    before = len(screen.output)
    screen.wait_for(lambda: len(screen.output) > before + 500)
    quit_view(screen)


SHELL = """
PS1='prompt> ' TERM=xterm-256color bash --norc --noprofile -i
"""


@pytest.fixture(name="shell")
def a_shell():
    screen = Terminal(80, 60, SHELL)
    yield screen
    screen.close()


def last(lines):
    return next((line for line in reversed(lines) if line), "")


def type_line(screen, text):
    screen.type(text)
    screen.type("Enter")


def test_stopped_and_continued(shell):
    """Ctrl-Z gives the terminal to the shell as it was; fg brings the view back."""
    shell.wait_for(lambda lines: last(lines).startswith("prompt>"))
    type_line(shell, f"{TVTRACED} -i 0.3")
    for _ in range(2):
        shell.wait_for(lambda lines: shell.tell("#{alternate_on}") == "1"
                       and lines[0].startswith("tvtraced "))
        shell.type("C-z")
        shell.wait_for(lambda lines: shell.tell("#{alternate_on} #{cursor_flag}") == "0 1"
                       and any("Stopped" in line for line in lines)
                       and last(lines) == "prompt>")
        type_line(shell, "clear; stty -a | tr ';' '\\n' | grep -w icanon")
        shell.wait_for(lambda lines: any(re.search(r"(?<!-)\bicanon .*(?<!-)\becho ", line)
                                         for line in lines))
        # In the background it runs, and leaves the terminal and what is typed alone.
        type_line(shell, "bg")
        shell.wait_for(lambda lines: last(lines) == "prompt>" and any("bg" in x for x in lines))
        with Watchdog():
            type_line(shell, "clear; cat")
            # What is typed before this would be cleared as well.
            shell.wait_for(lambda lines: not any(lines))
            for word in ("not", "q", "again"):
                type_line(shell, word)
            shell.wait_for(lambda lines: lines.count("again") == 2)
            time.sleep(1)
            shell.type("C-c")
        type_line(shell, "clear; fg")
    shell.wait_for(lambda lines: shell.tell("#{alternate_on}") == "1")
    shell.type("q")
    shell.wait_for(lambda lines: last(lines) == "prompt>" and any(line.startswith("seen ")
                                                              for line in lines))


def test_started_in_the_background(shell):
    """No view, which would stop it: plain blocks."""
    shell.wait_for(lambda lines: last(lines).startswith("prompt>"))
    type_line(shell, f"{TVTRACED} -i 0.3 &")
    shell.wait_for(lambda lines: any(line.startswith("seen ") for line in lines))
    assert shell.tell("#{alternate_on}") == "0"
    type_line(shell, "kill %1; wait; clear; echo status $?")
    shell.wait_for(lambda lines: any(line.startswith("status ") for line in lines))


@pytest.mark.parametrize("term", ["dumb", "", "no-such-terminal"])
def test_top_on_a_terminal_that_cannot_be_driven(tracer, term):
    tracer(interval=1)
    screen = Pty(TVTRACE, "top", environment={"TERM": term})
    with contextlib.closing(screen):
        assert screen.process.wait(PATIENCE_S) == 1
        screen.wait_for(lambda: b"tvtrace groups" in screen.output)
        assert b"\x1b" not in screen.output and screen.output.count(b"\n") == 1


@pytest.mark.parametrize("command", [(TVTRACE, "top")])
def test_top_on_a_terminal_that_is_gone(tracer, command):
    tracer(interval=1)
    screen = Pty(*command, controlling=False)
    with contextlib.closing(screen):
        screen.wait_for_screen()
        drawing, = screen.children()
        screen.hang_up()
        screen.process.wait(PATIENCE_S)
        assert not lives(drawing)


def test_the_lock_names_the_one_that_traces(view):
    screen = view()
    screen.wait_for_screen()
    assert [int(LOCK.read_text(encoding="ascii"))] == screen.children()
    with Client() as client:
        assert client.snapshot("host")["host"]["uptime_ns"] > 0
    quit_view(screen)
