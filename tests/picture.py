#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Makes the picture of `tvtrace top` for README.md: a real daemon, real loads, a real screen, written
as SVG to standard output. Run by `make picture`, as root.
"""

import html
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))

import cgroups
import tracer
from control import TVTRACE
from terminal import Terminal
from workloads import CPU, FIRST_CPU, endless_pair

WIDTH, HEIGHT, FONT, CELL, LINE = 80, 24, 14, 8.43, 18
SGR = re.compile(r"\x1b\[([0-9;]*)m")
COLOURS = {31: "#e06c75", 32: "#98c379", 33: "#e5c07b"}
INK, PAPER = "#d7dae0", "#1e2127"


class Style:
    def __init__(self):
        self.bold = self.dim = self.reverse = self.underline = False
        self.colour = INK

    def apply(self, codes):
        for code in map(int, codes.split(";") if codes else ["0"]):
            if code == 0:
                self.__init__()
            elif code in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[code], True)
            elif code == 39 or code in COLOURS:
                self.colour = COLOURS.get(code, INK)

    def attributes(self):
        text = f'fill="{PAPER if self.reverse else self.colour}"'
        text += ' font-weight="bold"' if self.bold else ""
        text += ' opacity="0.6"' if self.dim else ""
        return text + (' text-decoration="underline"' if self.underline else "")


def runs(line, style):
    """Pieces of one look: (column, text, style's attributes, whether it is reversed)."""
    column = 0
    for i, piece in enumerate(SGR.split(line)):
        if i % 2:
            style.apply(piece)
        elif piece:
            yield column, piece, style.attributes(), style.reverse
            column += len(piece)


def svg(lines):
    width, height = WIDTH * CELL + 20, len(lines) * LINE + 20
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
           f'font-family="monospace" font-size="{FONT}">')
    yield f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>'
    style = Style()
    for row, line in enumerate(lines):
        y = 10 + row * LINE
        for column, text, attributes, reverse in runs(line, style):
            x, length = 10 + column * CELL, len(text) * CELL
            if reverse:
                yield f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="{LINE}" fill="{INK}"/>'
            if text.strip():
                yield (f'<text x="{x:.1f}" y="{y + 13}" textLength="{length:.1f}" xml:space="preserve" '
                       f'{attributes}>{html.escape(text)}</text>')
    yield "</svg>"


def show():
    """The lines of the screen, with their colours."""
    traced = tracer.Tracer()
    loads = [endless_pair("thread", "futex", FIRST_CPU),
             endless_pair("process", "pipe", CPU)]
    screen = Terminal(WIDTH, HEIGHT, f"exec {TVTRACE} top -i 3")
    try:
        time.sleep(5)
        for key in ("Enter", "h"):
            screen.type(key)
        time.sleep(8)
        return screen.raw().rstrip("\n").split("\n")
    finally:
        screen.close()
        for process in loads:
            process.kill()
            process.wait()
        traced.stop()


def main():
    with cgroups.cgroups_of(cgroups.available()[0]) as made:
        made.move(os.getpid(), "pairs")  # an application of its own
        lines = show()
    print("\n".join(svg(lines)))


if __name__ == "__main__":
    sys.exit(main())
