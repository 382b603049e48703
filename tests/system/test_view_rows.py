# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Every row of the live view is whole, whatever the tasks are called and the locale is."""

import contextlib
import re

import pytest

from terminal import Terminal, columns
from tracer import TVTRACED

SCRIPT = """
while LC_ALL={locale} LANG= NO_COLOR=1 {tvtraced} --interval 0.3; status=$?; [ $status = 8 ]; do
	sleep 0.5
done
echo "status $status"
"""
AMOUNT = r"(?:[0-9.]+(?: [num]?s|[kMG])?|-)"
HEAD = re.compile(r"tvtraced [0-9.]+  Linux \S+  cost .+  up .+")
TRUST = re.compile(r"seen \S+  received \S+  spilled \S+  unseen \S+  probes .+% CPU")
ANSWER = re.compile(rf"too few switches to compare: {AMOUNT} thread, {AMOUNT} process, of 100 each"
                    rf"|thread (?:switches )?{AMOUNT}/s at {AMOUNT}, process .*%.*")
CELL = re.compile(rf"(?:(?:thread|process|kthread|idle) +(?:user|kthread|idle)"
                  rf"|wait +(?:woken|preempted|start|unknown)|new +(?:thread|process|vm_process|kernel)) +{AMOUNT} +[0-9.]+%"
                  rf"( +{AMOUNT}){{5}}")
# The last row's + says that it holds all above as well.
HISTOGRAM = re.compile(rf" *{AMOUNT}\+? +\|[* ]*\| *({AMOUNT})? +\|[* ]*\| *({AMOUNT})?")
GROUP = re.compile(rf"(.*\S) +(?:\d+|ended) +\d+ +{AMOUNT} +{AMOUNT} +{AMOUNT} +[0-9.]+% +{AMOUNT} +\d+%")
HOSTILE = [b"\x1b[2J\x1b[31mred", b"\x1b]0;title\x07", b"\xff\xfe\xfd", b"new\nline\ttab",
           b"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", b"b\xc3\xa4r\xc2\x9b5n", b"\x0e\x08\x08\r",
           b"123456789012345"]


@pytest.fixture
def terminal():
    with contextlib.ExitStack() as stack:
        def start(width, height, locale="C.UTF-8"):
            started = Terminal(width, height, SCRIPT.format(tvtraced=TVTRACED, locale=locale))
            stack.callback(started.close)
            return started
        yield start


def sections(lines):
    """Rows of the table, of the histograms, of the groups, each without its heading."""
    starts = [next(number for number, line in enumerate(lines) if re.match(heading, line))
              for heading in ("kind +from", " *cost +thread", "thread group ")]
    ends = [*starts[1:], len(lines)]
    return [[line for line in lines[start + 1:end] if line.strip()]
            for start, end in zip(starts, ends)]


def assert_whole(lines):
    assert HEAD.fullmatch(lines[0]) and TRUST.fullmatch(lines[1]), lines[:2]
    assert ANSWER.fullmatch(lines[2]), lines[2]
    cells, histograms, groups = sections(lines)
    for line in cells:
        assert line.startswith("cost: ") or CELL.fullmatch(line), line
    for line in histograms:
        assert HISTOGRAM.fullmatch(line), line
    for line in groups:
        assert GROUP.fullmatch(line), line
    # All rows end where their heading does.
    assert len({columns(line) for line in groups}) == 1, groups
    return groups


def view(screen, *words, least_lines=0):
    """The live view that has lines with all of these words."""
    previous = None

    def settled(lines):
        # A screen that is just being redrawn is not what people see.
        nonlocal previous
        before, previous = previous, lines
        return (lines == before and screen.tell("#{alternate_on}") == "1"
                and any(GROUP.fullmatch(line) for line in lines)
                and sum(map(bool, lines)) >= least_lines
                and all(any(word in line for line in lines) for word in words))

    return screen.wait_for(settled)


@pytest.mark.parametrize("width, height", [(80, 24), (200, 60), (100, 30), (80, 50)])
def test_rows_are_whole(terminal, width, height):
    groups = assert_whole(view(terminal(width, height)))
    assert 1 <= len(groups) <= 10


@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "no_such_LOCALE"])
def test_hostile_names_do_not_break_rows(terminal, workload, locale):
    workload("names", *[name.hex() for name in HOSTILE]).go()
    screen = terminal(100, 45, locale)
    assert_whole(view(screen, r"\x1b[2J", r"\xff\xfe", r"\x1b]0;title", "b\xe4r"))
    # Bold headings, ordinary colours, and nothing else that is not text.
    assert not re.search(r"\x1b(?!\[(?:0|1|39|49)?m)", screen.raw())


def test_it_is_redrawn_whole_in_another_size(terminal):
    screen = terminal(80, 24)
    view(screen)
    screen.resize(120, 40)
    # More lines than before: those of the new size.
    assert_whole(view(screen, least_lines=25))
