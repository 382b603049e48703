# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One guest under QEMU, in software emulation: boots, runs a command, and is gone."""

import collections
import re
import subprocess
import time

from packages import CACHE

LOGS = CACHE / "logs"

# One host thread for all CPUs of a guest: two guests fill this machine's two CPUs anyway, and with
# a thread for each a kernel that patches its own code while another CPU runs it dies at times
# ("Oops: int3"; QEMU 7.2).
MACHINES = {
    "x86_64": ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", "max"],
    "arm64": ["qemu-system-aarch64", "-accel", "tcg,thread=single", "-M", "virt",
              # Pointer authentication as it is in hardware takes most of the time.
              "-cpu", "max,pauth-impdef=on"],
}
CONSOLES = {"x86_64": "ttyS0", "arm64": "ttyAMA0"}

Result = collections.namedtuple("Result", "status output seconds log")


def boot(name, arch, kernel, initramfs, commands, cpus="2", append="", timeout=600):
    """
    Runs shell commands in a guest. The status is theirs; None when the guest did not get so far:
    the log tells why.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    command = [
        *MACHINES[arch], "-smp", cpus, "-m", "2G", "-display", "none", "-nodefaults",
        "-no-reboot", "-serial", "stdio", "-kernel", kernel, "-initrd", initramfs,
        "-append", f"console={CONSOLES[arch]} quiet loglevel=1 panic=-1 {append} "
                   f'tv.run="{commands}"']
    start = time.monotonic()
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            out.write(f"\nstill running after {timeout} s\n".encode())
        finally:
            process.kill()
            process.wait()
    text = log.read_text(encoding="utf-8", errors="replace").replace("\r", "")
    output = text.partition("=== output\n")[2].partition("=== status ")[0]
    status = re.search(r"^=== status (\d+)$", text, re.MULTILINE)
    return Result(int(status[1]) if status else None, output, time.monotonic() - start, log)
