#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Takes the pictures of doc/threads-vs-processes.md out of a page of `tvtrace bench --html`, and prints
the page's tables in Markdown, so that all figures of the document are of one run:
    bench_pictures.py PAGE
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

DOC = pathlib.Path(__file__).resolve().parent.parent / "doc"
SVG = "http://www.w3.org/2000/svg"
HTML = "{http://www.w3.org/1999/xhtml}"
# The names of the files, in the order of the page's pictures; None: is not in the document.
NAMES = ("switches", None, "creations", "claims")


def picture(svg, style):
    """A file of its own: on its own paper, with the page's style."""
    width, height = svg.get("viewBox").split()[2:]
    inner = "".join(xml.etree.ElementTree.tostring(child, encoding="unicode") for child in svg)
    inner = re.sub(r' xmlns:\w+="[^"]*"|(?<=<)ns\d+:|(?<=</)ns\d+:', "", inner)
    return (f'<svg xmlns="{SVG}" viewBox="-10 -10 {int(width) + 20} {int(height) + 20}" role="img" '
            f'aria-label="{svg.get("aria-label")}" font-family="sans-serif">\n<style>{style}</style>\n'
            f'<rect x="-10" y="-10" width="100%" height="100%" fill="var(--paper)"/>\n{inner}</svg>\n')


def markdown(table):
    for number, row in enumerate(table.iter(f"{HTML}tr")):
        cells = ["".join(cell.itertext()) for cell in row]
        print("| " + " | ".join(cells) + " |")
        if not number:
            print("| " + " | ".join("---" for _ in cells) + " |")
    print()


def main():
    text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    page = xml.etree.ElementTree.fromstring(text.partition("\n")[2])
    style = page.find(f".//{HTML}style").text
    for name, svg in zip(NAMES, page.iter(f"{{{SVG}}}svg")):
        if name:
            (DOC / f"{name}.svg").write_text(picture(svg, style), encoding="utf-8")
    for table in page.iter(f"{HTML}table"):
        markdown(table)


if __name__ == "__main__":
    main()
