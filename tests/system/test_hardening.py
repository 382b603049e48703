# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the compiler and the linker were told to make hard, as readelf finds it in the programs."""

import re
import subprocess

import pytest

from control import TVTRACE
from tracer import SANITIZED, TVTRACED

pytestmark = pytest.mark.skipif(SANITIZED, reason="sanitizers have their own ways")


def readelf(option, program):
    return subprocess.run(["readelf", "--wide", option, program], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


@pytest.mark.parametrize("program", [TVTRACED, TVTRACE])
def test_the_programs_are_hardened(program):
    assert re.search(r"^  Type: +DYN ", readelf("--file-header", program), re.MULTILINE)
    dynamic = readelf("--dynamic", program)
    assert re.search(r"\(FLAGS\) +.*BIND_NOW", dynamic)
    assert re.search(r"\(FLAGS_1\) +.*NOW.*PIE", dynamic)
    segments = readelf("--program-headers", program)
    assert "GNU_RELRO" in segments
    assert re.search(r"GNU_STACK .* RW ", segments)
    assert not re.search(r"LOAD .* RWE ", segments)
    symbols = readelf("--dyn-syms", program)
    assert "__stack_chk_fail" in symbols
    assert re.search(r"__\w+_chk@", symbols)
