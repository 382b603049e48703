# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The kernels of the matrix: Debian's own, newest of each suite."""

import collections

from packages import CACHE, Suite, unpack

Kernel = collections.namedtuple("Kernel", "release image")

# name -> suite, architecture in Debian's words, metapackage
KERNELS = {
    "5.10": ("bullseye", "amd64", "linux-image-cloud-amd64"),
    "6.1": ("bookworm", "amd64", "linux-image-cloud-amd64"),
    "6.12": ("trixie", "amd64", "linux-image-cloud-amd64"),
    "newest": ("sid", "amd64", "linux-image-cloud-amd64"),
    "6.12-arm64": ("trixie", "arm64", "linux-image-cloud-arm64"),
    "newest-arm64": ("sid", "arm64", "linux-image-cloud-arm64"),
    # No cloud flavour has another page size.
    "newest-arm64-16k": ("sid", "arm64", "linux-image-arm64-16k"),
}


def fetch(name):
    """The kernel, unpacked in the cache."""
    suite_name, arch, metapackage = KERNELS[name]
    suite = Suite(suite_name, arch)
    suite.update()
    # sid splits an image into a binary and modules; the modules are not needed.
    image, = suite.depends(metapackage, r"linux-image-\d")
    packages = suite.depends(image, r"linux-binary-") or [image]
    debs = [suite.fetch(package) for package in packages]
    directory = CACHE / "kernels" / name / debs[0].stem
    if not (directory / "complete").exists():
        unpack(debs, directory)
        (directory / "complete").touch()
    found = sorted(directory.glob("boot/vmlinuz-*")) or sorted(
        directory.glob("usr/lib/modules/*/vmlinuz*"))
    release = found[0].name.removeprefix("vmlinuz-") if found[0].parent.name == "boot" \
        else found[0].parent.name
    return Kernel(release, found[0])
