# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
The guests' root: an initramfs with the binaries that were built, the tests, and what both need to
run, all of it from packages of the suite that the binaries were built on.
"""

import shutil

from packages import CACHE, ROOT, Suite, run, unpack_anew

SUITE = "bookworm"
PACKAGES = (
    # tvtraced
    "libc6", "libc-bin", "libbpf1", "libelf1", "zlib1g", "libjson-c5", "libprotobuf-c1", "libncursesw6", "libtinfo6", "libgcc-s1",
    # init
    "busybox-static",
    # the tests
    "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libexpat1", "libffi8",
    "python3-pytest", "python3-pluggy", "python3-iniconfig", "python3-packaging", "python3-attr",
    "bpftool", "libcap2", "util-linux", "libsmartcols1", "libcap-ng0",
)
# Not needed, and an initramfs is memory.
LEFT_OUT = (
    "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/bash-completion",
    "usr/share/doc-base", "usr/share/lintian", "usr/share/perl5", "etc/init.d", "usr/sbin/fdisk",
    "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/aarch64-linux-gnu/gconv", "usr/lib/python3.11/ensurepip", "usr/lib/python3.11/lib2to3", "usr/lib/python3.11/pydoc_data",
    "usr/lib/python3.11/idlelib", "usr/lib/python3.11/distutils", "usr/lib/python3.11/test",
)
# Debian's word for an architecture, and the kernel's.
DEBIAN_ARCH = {"x86_64": "amd64", "arm64": "arm64"}


def build_directory(arch):
    """Where make puts what it builds for an architecture."""
    return ROOT / "build" / ("" if arch == "x86_64" else arch)


def finish(directory):
    for name in LEFT_OUT:
        path = directory / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    # Importing the tests takes a guest many seconds otherwise.
    run("/usr/bin/python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
        "-s", directory, "-p", "/", directory / "usr/lib/python3.11", directory / "usr/lib/python3")


def base(arch):
    """The packages, unpacked in the cache: the same for every build."""
    suite = Suite(SUITE, DEBIAN_ARCH[arch])
    suite.update()
    debs = [suite.fetch(package) for package in PACKAGES]
    directory = CACHE / f"root-{arch}"
    unpack_anew(debs, directory, finish)
    return directory


def archive(directory, output):
    """A cpio archive, as the kernel's initramfs wants it, of all that lies below a directory."""
    names = run("find", ".", "-mindepth", "1", "-print0", cwd=directory)
    run("cpio", "--quiet", "--create", "--null", "--format=newc", "--owner=0:0", "--file", output,
        cwd=directory, input=names)


def build(arch, tvtraced, name):
    """
    An initramfs for guests of an architecture, with that binary of tvtraced and the tests'
    programs. Returns its path, of which `name` is a part. It is made of two archives, one after the
    other: the kernel unpacks both.
    """
    root = base(arch)
    base_archive = CACHE / f"root-{arch}.cpio"
    stamp = root.with_suffix(".packages")
    if not base_archive.exists() or base_archive.stat().st_mtime < stamp.stat().st_mtime:
        archive(root, base_archive)

    project = CACHE / f"project-{name}"
    shutil.rmtree(project, ignore_errors=True)
    inside = project / "tvtraced"
    (inside / "build").mkdir(parents=True)
    shutil.copy2(ROOT / "tests" / "vm" / "init", project / "init")
    shutil.copytree(ROOT / "tests", inside / "tests",
                    ignore=shutil.ignore_patterns("__pycache__", "bench", "unit"))
    shutil.copy2(tvtraced, inside / "build" / "tvtraced")
    shutil.copy2(build_directory(arch) / "tvtrace", inside / "build" / "tvtrace")
    shutil.copytree(build_directory(arch) / "tests", inside / "build" / "tests",
                    ignore=shutil.ignore_patterns("unit", "*.d"))
    project_archive = CACHE / f"project-{name}.cpio"
    archive(project, project_archive)

    output = CACHE / f"initramfs-{name}.cpio"
    with open(output, "wb") as out:
        for part in (base_archive, project_archive):
            out.write(part.read_bytes())
            out.write(bytes(-out.tell() % 512))
    return output
