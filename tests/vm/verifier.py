# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
How many instructions each kernel's verifier goes through for each program: verifier.txt, one line
per program, one column per kernel. A program that needs 10 % more than the table says is a
failure, until somebody has looked and updates the table.
"""

import pathlib
import re

TABLE = pathlib.Path(__file__).with_name("verifier.txt")
GROWTH = 1.1


def parse(text):
    """program -> instructions, from what `tvtraced --verbose` says."""
    return {name: int(count) for name, count
            in re.findall(r"verified (\w+): (\d+) instructions", text)}


def load():
    """kernel -> program -> instructions"""
    table = {}
    if not TABLE.exists():
        return table
    kernels = None
    for line in TABLE.read_text(encoding="ascii").splitlines():
        if not line or line.startswith("#"):
            continue
        name, *cells = line.split()
        if kernels is None:
            kernels = cells
            continue
        for kernel, cell in zip(kernels, cells):
            if cell != "-":
                table.setdefault(kernel, {})[name] = int(cell)
    return table


def save(measured):
    table = {**load(), **measured}
    kernels = sorted(table)
    programs = sorted({program for counts in table.values() for program in counts})
    lines = ["# Instructions that the verifier processed, by program and kernel; made by",
             "# tests/vm/matrix.py --update", "program " + " ".join(kernels)]
    lines += [" ".join([program, *(str(table[kernel].get(program, "-")) for kernel in kernels)])
              for program in programs]
    TABLE.write_text("\n".join(lines) + "\n", encoding="ascii")


def grown(table, kernel, measured):
    """What is wrong with these counts, one line each."""
    known = table.get(kernel, {})
    if not measured:
        return [f"verifier: no program was reported for {kernel}"]
    return [f"verifier: {program} needs {count} instructions on {kernel}, verifier.txt has "
            f"{known.get(program, 'none')}"
            for program, count in sorted(measured.items())
            if program not in known or count > GROWTH * known[program]]
