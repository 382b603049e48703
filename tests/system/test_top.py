# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""tvtrace top on real terminals: driven by keys, read from the screen, ended in every way."""

import contextlib
import os
import re
import signal
import subprocess
import time

import pytest

from control import TVTRACE
from terminal import Terminal, columns
from workloads import CPU, FIRST_CPU, endless_pair


SCRIPT = """
trap : INT
stty -g >{dir}/before
{environment} {tvtrace} top -i 0.3 {options}
status=$?
echo "status $status"
# Whoever cleans up after a guard that was killed takes a moment.
for i in $(seq 300); do
    if [ $status -le 128 ] || [ "$(stty -g)" = "$(cat {dir}/before)" ]; then break; fi
    sleep 0.1
done
stty -g >{dir}/after.new
mv {dir}/after.new {dir}/after
"""
# The lines of the screen: head, trust, answer, and then these.
PATH, HEADING, FIRST = 3, 4, 5
HEADINGS = ("application  ", "group  ", "thread  ")
COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7]|38|48)[0-9;]*m")


@pytest.fixture(name="top")
def top_on_a_terminal(tmp_path):
    with contextlib.ExitStack() as stack:
        def start(width=80, height=24, options="", environment=""):
            screen = Terminal(width, height, SCRIPT.format(
                dir=tmp_path, tvtrace=TVTRACE, options=options, environment=environment))
            stack.callback(screen.close)
            return screen
        yield start


@pytest.fixture(name="pair")
def a_pair_of_threads(tracer):
    tracer(interval=1)
    loads = [endless_pair("thread", "futex", FIRST_CPU), endless_pair("process", "pipe", CPU)]
    yield loads[0].pid
    for load in loads:
        load.kill()
        load.wait()


def at(screen, level):
    """Its lines, once it shows that level, and the busy ones are on top."""
    return screen.wait_for(lambda lines: len(lines) > FIRST and lines[0].startswith("tvtrace top ")
                           and lines[HEADING].startswith(HEADINGS[level])
                           and "thr/s" in lines[HEADING] and re.search(r" \d+(\.\d+)?k ", lines[FIRST]))


def check_screen(lines, width, height):
    assert len(lines) <= height
    assert re.match(r"seen \d+ \([0-9.kM]+/s\)  received \d+  spilled 0  unseen ", lines[1])
    for line in lines:
        assert columns(line) <= width and line.isprintable(), line


def ended(screen, tmp_path):
    """What it left: the terminal as it was."""
    lines = screen.wait_for(lambda _: (tmp_path / "after").exists())
    assert screen.tell("#{alternate_on}") == "0" and screen.tell("#{cursor_flag}") == "1"
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
    return [line for line in lines if line]


def test_into_a_group_and_out_again(top, pair, tmp_path):
    screen = top()
    check_screen(at(screen, 0), 80, 24)
    screen.type("Enter")
    at(screen, 1)
    for key in ("/", *"pair"):
        screen.type(key)
    screen.type("Enter")
    # From cost to thr/s: four columns to the left.
    for _ in range(4):
        screen.type("<")
    lines = screen.wait_for(lambda lines: len(lines) > FIRST and "filter: pair" in lines[PATH]
                            and str(pair) in lines[FIRST])
    check_screen(lines, 80, 24)
    assert len([line for line in lines[FIRST:] if line.startswith("pair")]) == 4
    screen.type("Enter")
    lines = at(screen, 2)
    assert f"pair ({pair})" in lines[PATH] and "[3]" in lines[PATH]
    at_lwp = lines[HEADING].index("lwp") + len("lwp")
    threads = {int(line[at_lwp - 7:at_lwp]) for line in lines[FIRST:] if line.startswith("pair ")}
    assert threads == set(map(int, os.listdir(f"/proc/{pair}/task")))
    screen.type("BSpace")
    at(screen, 1)
    screen.type("BSpace")
    at(screen, 0)
    screen.type("BSpace")
    screen.type("q")
    assert ended(screen, tmp_path) == ["status 0"]


def test_sort(top, pair, tmp_path):
    screen = top()
    at(screen, 0)
    screen.type("Enter")
    at(screen, 1)
    # From cost to proc/s: three columns to the left.
    for _ in range(3):
        screen.type("<")
    def share(lines, i):
        end = lines[HEADING].index("thr%") + len("thr%")
        return float(lines[i][end - 5:end].strip().rstrip("%-") or 100)
    def by_process(lines):
        return (len(lines) > FIRST + 2 and "thr%" in lines[HEADING]
                and all(share(lines, i) < 1 for i in (FIRST, FIRST + 1)))
    lines = screen.wait_for(by_process)
    assert str(pair) not in lines[FIRST]
    # To the names, at the very left.
    for _ in range(8):
        screen.type("Left")
    screen.wait_for(lambda lines: (names := [line[:14].strip() for line in lines[FIRST:-1] if line])
                    and names == sorted(names, key=str.encode))
    screen.type("q")
    ended(screen, tmp_path)


def test_histograms_help_and_pause(top, pair, tmp_path):
    screen = top()
    at(screen, 0)
    screen.type("h")
    lines = screen.wait_for(lambda lines: any(re.match(r"thread \d.* process \d", line)
                                              for line in lines) and any("****" in x for x in lines))
    check_screen(lines, 80, 24)
    screen.type("?")
    lines = screen.wait_for(lambda lines: any("Backspace    back" in line for line in lines))
    check_screen(lines, 80, 24)
    assert lines[-1] == "any key: back"
    screen.type("x")
    at(screen, 0)
    screen.type("p")
    before = screen.wait_for(lambda lines: "PAUSED" in lines[PATH])
    deadline = time.monotonic() + 1.5  # five intervals
    while time.monotonic() < deadline:
        assert screen.lines()[1] == before[1]
        time.sleep(0.05)
    screen.type("p")
    screen.wait_for(lambda lines: lines[1] != before[1])
    screen.type("q")
    ended(screen, tmp_path)
    assert pair


@pytest.mark.parametrize("width, height", [(80, 24), (300, 60), (40, 10), (20, 4), (120, 30)])
def test_it_fits_any_size(top, pair, tmp_path, width, height):
    screen = top()
    at(screen, 0)
    screen.type("h")
    screen.resize(width, height)
    lines = screen.wait_for(lambda lines: lines[0].startswith("tvtrace top"[:width])
                            and len(lines) > min(height, 10) - 2
                            and (width < 300 or "vol/s" in lines[HEADING]))
    for line in lines:
        assert columns(line) <= width
    screen.resize(80, 24)
    at(screen, 0)
    screen.type("q")
    ended(screen, tmp_path)
    assert pair


def processes_of_top():
    """The guard and the one that draws, in this order."""
    output = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], stdout=subprocess.PIPE, text=True,
                            check=True).stdout
    # Not the shell whose script has these words.
    found = [list(map(int, line.split()[:2])) for line in output.splitlines()
             if line.split(maxsplit=2)[2].startswith(f"{TVTRACE} top ")]
    pids = {pid for pid, _ in found}
    return ([pid for pid, parent in found if parent not in pids]
            + [pid for pid, parent in found if parent in pids])


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGSEGV])
def test_killed(top, tracer, tmp_path, which, number):
    tracer(interval=1)
    screen = top()
    at_any = screen.wait_for(lambda lines: len(lines) > FIRST and lines[0].startswith("tvtrace top "))
    assert at_any
    os.kill(processes_of_top()[which], number)
    screen.wait_for(lambda lines: screen.tell("#{alternate_on}") == "0")
    ended(screen, tmp_path)
    screen.wait_for(lambda lines: not processes_of_top())


def test_interrupted(top, tracer, tmp_path):
    tracer(interval=1)
    screen = top()
    screen.wait_for(lambda lines: len(lines) > FIRST and lines[0].startswith("tvtrace top "))
    screen.type("C-c")
    assert ended(screen, tmp_path)[-1] == "status 0"


def test_the_daemon_ends(top, tracer, tmp_path):
    traced = tracer(interval=1)
    screen = top()
    screen.wait_for(lambda lines: len(lines) > FIRST and lines[0].startswith("tvtrace top "))
    traced.stop()
    lines = ended(screen, tmp_path)
    assert lines[-1] == "status 2" and lines[-2].startswith("tvtrace: ") and len(lines) == 2


def test_without_a_daemon(top, tmp_path):
    lines = ended(top(options=f"--socket {tmp_path}/none"), tmp_path)
    assert lines[-1] == "status 2" and "start it" in "".join(lines)


def test_colours_are_an_option(top, pair, tmp_path):
    screen = top()
    at(screen, 0)
    screen.type("h")
    screen.wait_for(lambda lines: COLOUR.search(screen.raw()))
    screen.type("q")
    ended(screen, tmp_path)
    screen = top(environment="NO_COLOR=1")
    at(screen, 0)
    screen.type("h")
    screen.wait_for(lambda lines: any("****" in line for line in lines))
    assert not COLOUR.search(screen.raw()) and pair


def test_needs_a_terminal():
    result = subprocess.run([TVTRACE, "top"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stdout) == (3, "") and result.stderr.count("\n") == 1
    assert "terminal" in result.stderr
