#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Builds tvtraced with its BPF programs made by the newest clang that Debian has, and prints the
binary's path. The compiler is unpacked in the cache and runs with the libraries of its own suite;
the daemon itself is built by this machine's compiler.
"""

import os
import subprocess
import sys

from packages import CACHE, ROOT, FetchError, Suite, exclusive, unpack_anew

SUITE = "sid"
LIBRARIES = r"z?lib(?!.*-dev$)"


def libraries(suite, package):
    """The packages of all shared libraries that a package needs."""
    found, pending = set(), [package]
    while pending:
        for name in suite.depends(pending.pop(), LIBRARIES):
            if name not in found:
                found.add(name)
                pending.append(name)
    return sorted(found)


def fetch():
    """The version of the newest clang, and the command that runs it."""
    suite = Suite(SUITE, "amd64")
    suite.update()
    version = max(int(name) for name in suite.names(r"clang-(\d+)"))
    packages = [f"clang-{version}", f"libclang-common-{version}-dev",
                *libraries(suite, f"clang-{version}")]
    root = CACHE / f"clang-{version}"
    unpack_anew([suite.fetch(package) for package in packages], root)
    return version, [
        f"{root}/usr/lib64/ld-linux-x86-64.so.2",
        "--library-path", f"{root}/usr/lib/x86_64-linux-gnu:{root}/usr/lib/llvm-{version}/lib",
        f"{root}/usr/lib/llvm-{version}/bin/clang",
        # It finds its own headers by its name then, not by /proc/self/exe, which is the loader.
        "-no-canonical-prefixes",
    ]


def build(version, command):
    """The path of the binary."""
    output = f"build/clang-{version}"
    subprocess.run(["make", "--no-print-directory", f"--jobs={len(os.sched_getaffinity(0))}",
                    f"CLANG={' '.join(command)}", f"BUILD={output}", "all"],
                   cwd=ROOT, stdout=sys.stderr, check=True)
    return ROOT / output / "tvtraced"


def newest():
    """The path of the binary, built anew where that is needed; the caller holds the cache."""
    return build(*fetch())


def main():
    try:
        with exclusive():
            print(newest())
    except (FetchError, subprocess.CalledProcessError) as error:
        sys.exit(f"compilers.py: {error}")


if __name__ == "__main__":
    main()
