# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Debian packages of other suites and architectures, fetched and unpacked without installing them:
apt gets a state of its own for each suite and architecture, and the mirror and the keys that this
machine is configured with.
"""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("TVTRACED_VM_CACHE", ROOT / "build" / "vm"))
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Where usrmerge puts what packages of bookworm and older still ship outside /usr.
MERGED = ("bin", "sbin", "lib", "lib64")


class FetchError(Exception):
    """A package, or a suite, that cannot be had."""


def run(*command, **keywords):
    """Its output; FetchError when it fails."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False, **keywords)
    if result.returncode:
        lines = result.stdout.strip().splitlines() or ["no output"]
        raise FetchError(f"{command[0]} ended with {result.returncode}: {lines[-1]}")
    return result.stdout


def mirror():
    """The archive's address, as this machine's apt has it."""
    output = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    for uri in output.split():
        if uri.rstrip("/").endswith("/debian"):
            return uri
    raise FetchError("no Debian mirror in this machine's apt configuration")


class Suite:
    """One suite of Debian for one architecture (Debian's name for it)."""

    def __init__(self, name, arch):
        self.name, self.arch = name, arch
        self.directory = CACHE / "apt" / f"{name}-{arch}"

    def _apt(self, *command):
        d = self.directory
        options = {
            "Dir::State::Lists": d / "lists",
            "Dir::State::status": d / "status",
            "Dir::Etc::SourceList": d / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Cache": d / "cache",
            "APT::Architecture": self.arch,
            "APT::Architectures": self.arch,
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            # A mirror that is a snapshot has lists that are old.
            "Acquire::Check-Valid-Until": "false",
        }
        return run(*command[:1], *[f"-o{key}={value}" for key, value in options.items()],
                   *command[1:], cwd=d)

    def update(self):
        for part in ("lists/partial", "cache/archives/partial"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        (self.directory / "status").touch()
        (self.directory / "sources.list").write_text(
            f"deb [signed-by={KEYRING}] {mirror()} {self.name} main\n", encoding="ascii")
        self._apt("apt-get", "--quiet", "update")

    def depends(self, package, pattern):
        """Those packages that `package` depends on directly and whose names match."""
        output = self._apt("apt-cache", "depends", package)
        return [name for name in re.findall(r"Depends: (\S+)", output) if re.match(pattern, name)]

    def names(self, pattern):
        """What the group in `pattern` matches, of all packages whose whole name it matches."""
        return re.findall(rf"^{pattern}$", self._apt("apt-cache", "pkgnames"), re.MULTILINE)

    def version(self, package):
        found = re.search(r"Candidate: (\S+)", self._apt("apt-cache", "policy", package))
        if not found or found[1] == "(none)":
            raise FetchError(f"{self.name} has no package {package} for {self.arch}")
        return found[1]

    def fetch(self, package):
        """The .deb of a package's newest version; from the cache, where it is there."""
        version = self.version(package).replace(":", "%3a")
        for arch in (self.arch, "all"):
            path = self.directory / f"{package}_{version}_{arch}.deb"
            if path.exists():
                return path
        # apt drops its privileges for downloads where it can, and complains where it cannot.
        self._apt("apt-get", "--quiet", "-oAPT::Sandbox::User=root", "download", package)
        for arch in (self.arch, "all"):
            path = self.directory / f"{package}_{version}_{arch}.deb"
            if path.exists():
                return path
        raise FetchError(f"apt-get download {package} brought no {package}_{version}")


def unpack(debs, directory):
    """Unpacks packages into a root directory that is laid out as a merged /usr."""
    for name in MERGED:
        (directory / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(f"usr/{name}")
    for deb in debs:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as tar:
            run("tar", "--extract", "--keep-directory-symlink", "--no-same-owner",
                "--directory", directory, stdin=tar.stdout)
        if tar.returncode:
            raise FetchError(f"dpkg-deb ended with {tar.returncode} on {deb}")


def unpack_anew(debs, directory, finish=lambda directory: None):
    """
    Unpacks packages into a directory of their own and finishes it; nothing, when it holds the
    same versions of the same packages already.
    """
    stamp = directory.with_suffix(".packages")
    contents = "\n".join(deb.name for deb in debs)
    if stamp.exists() and stamp.read_text(encoding="ascii") == contents:
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)
    unpack(debs, directory)
    finish(directory)
    stamp.write_text(contents, encoding="ascii")


@contextlib.contextmanager
def exclusive():
    """One process at a time works on the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
