# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The rows of the matrix: a kernel, how it is booted, and what is run there."""

import dataclasses

# What a user runs on a new kernel.
VERIFY = "tests/system/test_verify.py::test_nothing_is_wrong"
# All that needs no tool but the tests themselves.
FULL = f"{VERIFY} " + " ".join(f"tests/system/test_{name}.py" for name in (
    "labels", "identities", "reasons", "spill", "lifecycle", "exec", "from", "pid_namespace",
    "pid_reuse", "zombies", "cost_source", "waits", "creation"))
# Of a kernel between two that have all of these.
MOST = f"{VERIFY} " + " ".join(f"tests/system/test_{name}.py" for name in (
    "labels", "identities", "reasons", "exec", "cost_source", "waits", "creation"))
FEATURES = "tests/system/test_features.py"
# The rest of these is about tvtraced, not about the kernel.
SOME_FEATURES = " ".join(f"{FEATURES}::test_{name}" for name in (
    "the_kernel_says_the_same", "the_best_source_is_chosen", "verbose_lists_all_programs"))
# One look at everything that a configuration can change. VERIFY has pairs that block.
BRIEF = f"{VERIFY} tests/system/test_labels.py --deselect=system/test_labels.py::test_pair_that_blocks " + " ".join(
    f"tests/system/test_identities.py::test_identities_under_load[{load}]"
    for load in ("pair_processes", "pair_threads", "thread_storm"))
WAITS = "tests/system/test_waits.py::test_waits_equal_the_kernels"
HOTPLUG = "tests/vm/in_guest/test_hotplug.py"
CGROUPS = "tests/system/test_applications.py tests/vm/in_guest/test_cgroup.py"
CLOCKS = "tests/vm/in_guest/test_clocks.py"
# Where a program of a task event can be preempted by another run of itself.
SKIPPED = "tests/vm/in_guest/test_skipped_programs.py"
CLOCKSOURCE = "tests/vm/in_guest/test_clocksource.py"
LARGE_PIDS = "tests/vm/in_guest/test_large_pids.py"
LARGEST_PID = "echo 4194304 >/proc/sys/kernel/pid_max"
ISOLATED = "nohz_full=1 rcu_nocbs=1 isolcpus=1"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    kernel: str
    tests: str = ""
    shell: str = ""    # instead of tests
    prepare: str = ""  # shell commands before anything else
    cpus: str = "2"    # as QEMU's -smp
    append: str = ""   # to the kernel's command line
    weight: int = 40   # about how many seconds it takes
    timeout: int = 900
    counts_instructions: bool = False
    newest_clang: bool = False  # makes the BPF programs, instead of the one that builds them here


TLB = "tests/system/test_tlb.py::test_switched_while_it_runs"
SLOW = " ".join(f"--deselect=system/test_spill.py::test_{name}" for name in (
    "tasks_that_ended_unseen_do_not_stay", "tasks_whose_last_switch_was_spilled_do_not_stay",
    "who_only_switches_does_not_keep_the_reader_from_its_rings"))


def full(name, rest=f"{SLOW} {SOME_FEATURES}", **keywords):
    """What takes long and tells little about the kernel is left to one of them."""
    return Row(name, name, f"{FULL} {HOTPLUG} {CLOCKS} {rest}", weight=250,
               counts_instructions=True, **keywords)


def mixed(name, append, tests, **keywords):
    """Several settings of a kernel at once."""
    return Row(name, "newest", f"{BRIEF} {WAITS} {tests}", append=append, weight=110,
               **{"cpus": "1", **keywords})


def refusal(name, status, words, **keywords):
    """tvtraced must refuse with that status and words."""
    return Row(name, "5.10", weight=10,
               shell=f"build/tvtraced --once 2>&1 | tee /tmp/said; build/tvtraced --once >/dev/null "
                     f"2>&1; test $? = {status} && grep -q '{words}' /tmp/said && "
                     f"test $(wc -l < /tmp/said) = 1", **keywords)


ROWS = (
    # Of cgroups the oldest one, and both versions of the newest (below).
    full("5.10", f"{SLOW} {SOME_FEATURES} tests/system/test_applications.py"),
    Row("6.1", "6.1", f"{MOST} {HOTPLUG} {CLOCKS} {SOME_FEATURES} {TLB}", weight=200,
        counts_instructions=True),
    full("6.12"),
    full("newest", f"{SLOW} {SOME_FEATURES} {TLB}"),
    # Its CPUs are emulated, which takes long: what depends on the architecture.
    Row("newest-arm64", "newest-arm64", f"{BRIEF} {WAITS} {HOTPLUG} {CLOCKS} {SOME_FEATURES} "
        "tests/system/test_cost_source.py tests/system/test_creation.py tests/system/test_exec.py",
        weight=230, timeout=1200, counts_instructions=True),
    Row("6.12-arm64", "6.12-arm64", BRIEF, weight=100, timeout=1200, counts_instructions=True),

    Row("clang-5.10", "5.10", BRIEF, newest_clang=True),

    # How a kernel can be set up, so that each setting meets each other one: preempt=, one CPU or
    # many, nohz_full= and isolcpus= (which take more than one), cgroup version, pid_max, clock
    # source, the compiler of the BPF programs. As it is by default, "newest" above has it.
    mixed("one-none", "preempt=none tv.cgroup=1", f"{CGROUPS} {LARGE_PIDS}", prepare=LARGEST_PID),
    mixed("one-full", "preempt=full tv.cgroup=2 tsc=unstable", f"{CLOCKSOURCE} {SKIPPED}", newest_clang=True),
    mixed("one-lazy", "preempt=lazy tv.cgroup=1 tsc=unstable", f"{CLOCKSOURCE} {SKIPPED}"),
    mixed("many-none", f"preempt=none tv.cgroup=2 tsc=unstable maxcpus=2 {ISOLATED}",
          f"{CGROUPS} {CLOCKSOURCE}", cpus="8"),
    mixed("many-full", f"preempt=full tv.cgroup=1 {ISOLATED}",
          f"{HOTPLUG} {LARGE_PIDS} {SKIPPED}", cpus="8", prepare=LARGEST_PID),
    mixed("many-lazy", f"preempt=lazy tv.cgroup=2 {ISOLATED}", f"{HOTPLUG} {LARGE_PIDS} {SKIPPED}",
          cpus="8", prepare=LARGEST_PID, newest_clang=True),

    # Later kernels do not count CPUs that are not there.
    Row("cpus-2-of-255", "6.1", f"{BRIEF} tests/vm/in_guest/test_many_cpus.py", cpus="2,maxcpus=255"),
    Row("lockdown-integrity", "6.12", BRIEF, append="lockdown=integrity"),
    Row("pages-16k", "newest-arm64-16k", f"{BRIEF} tests/system/test_spill.py::"
        "test_smallest_ring_with_a_reader_at_work", weight=100, timeout=1200),
    Row("pids-reused", "newest", "tests/system/test_pid_reuse.py tests/system/test_lifecycle.py",
        prepare="echo 400 >/proc/sys/kernel/pid_max"),

    refusal("no-btf", 4, "BTF", prepare="mount -t tmpfs tmpfs /sys/kernel/btf"),
    refusal("lockdown", 3, "lockdown", append="lockdown=confidentiality"),
    # Where the memory of maps counts as locked.
    refusal("memlock", 1, "RLIMIT_MEMLOCK is 64 KiB",
            prepare="cp build/tvtraced /tmp/t; printf '#!/bin/sh\\nexec /usr/bin/prlimit "
                    "--memlock=65536:65536 /usr/bin/setpriv --bounding-set=-sys_resource /tmp/t "
                    "$*\\n' >build/tvtraced"),
    refusal("no-bpf", 3, "CAP_BPF",
            prepare="cp build/tvtraced /tmp/t; printf '#!/bin/sh\\nexec /usr/bin/setpriv "
                    "--bounding-set=-sys_admin,-bpf /tmp/t $*\\n' >build/tvtraced"),
)
