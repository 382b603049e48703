#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
The arm64 headers and libraries that tvtraced is built against, for
`make ARCH=arm64 SYSROOT=$(tests/vm/sysroot.py)`: packages of the suite that the guests run, unpacked
in the cache and not installed. Prints the directory.
"""

import os
import sys

from packages import CACHE, FetchError, Suite, exclusive, unpack_anew

SUITE = "bookworm"
PACKAGES = (
    "libc6", "libc6-dev", "linux-libc-dev", "libcrypt1", "libcrypt-dev", "libgcc-s1",
    "libbpf1", "libbpf-dev", "libelf1", "libelf-dev", "zlib1g", "zlib1g-dev",
    "libjson-c5", "libjson-c-dev", "libprotobuf-c1", "libprotobuf-c-dev",
    "libtinfo6", "libncurses6", "libncursesw6", "libncurses-dev",
    # the unit tests
    "libcmocka0", "libcmocka-dev",
)


def make_relative(directory):
    """Absolute links lead into the build machine's own libraries; the linker follows them."""
    for path in directory.glob("usr/lib/**/*.so"):
        if path.is_symlink() and path.readlink().is_absolute():
            target = directory / path.readlink().relative_to("/")
            path.unlink()
            path.symlink_to(os.path.relpath(target, path.parent))


def fetch():
    """The directory."""
    suite = Suite(SUITE, "arm64")
    suite.update()
    debs = [suite.fetch(package) for package in PACKAGES]
    directory = CACHE / "sysroot-arm64"
    unpack_anew(debs, directory, make_relative)
    return directory


def main():
    try:
        with exclusive():
            print(fetch())
    except FetchError as error:
        sys.exit(f"sysroot.py: {error}")


if __name__ == "__main__":
    main()
