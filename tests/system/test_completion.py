# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The bash completion offers what tvtrace takes, and runs nothing that a task is called."""

import ctypes
import os
import pathlib
import re
import subprocess
import time

import pytest

from control import TVTRACE, tvtrace
from tracer import PATIENCE_S, ROOT
from workloads import CPU, endless_pair

SCRIPT = ROOT / "packaging" / "completions" / "tvtrace"
COMMANDS = {"status", "hist", "groups", "threads", "top", "advise", "bench", "verify", "tlb", "capture",
            "trigger", "report"}
PR_SET_NAME = 15


def complete(*words):
    """What bash offers for the last of these words."""
    script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tvtrace; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    environment = {**os.environ, "PATH": f"{os.path.dirname(TVTRACE)}:{os.environ['PATH']}"}
    result = subprocess.run(["bash", "-uc", script, SCRIPT, "tvtrace", *words], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True,
                            timeout=PATIENCE_S)
    assert result.stderr == ""
    return set(result.stdout.split())


def test_commands():
    assert complete("") >= COMMANDS and complete("help", "") >= COMMANDS
    assert complete("gr") == {"groups"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_options(command):
    known = set(re.findall(r"(?<!\S)--[a-z]+", tvtrace("help", command).stdout))
    assert complete(command, "--") == known
    assert "--socket" in known or command == "report"


def test_words():
    assert complete("hist", "--kind", "") == {
        "thread", "process", "kthread", "idle", "vm_process", "kernel"}
    assert complete("hist", "--of", "") == {"cost", "wait", "creation", "start"}
    assert complete("tlb", "") == {"on", "off"}
    assert complete("hist", "--after", "") == {"woken", "preempted", "start", "unknown"}
    assert complete("hist", "--from", "k") == {"kthread"}
    assert complete("groups", "--sort", "process_p") == {"process_per_s"}
    assert complete("groups", "--sort", "process_m") == {"process_mean_ns"}
    assert str(os.getpid()) in complete("threads", "")


def test_files(tmp_path):
    (tmp_path / "control.sock").touch()
    path = f"{tmp_path}/control.sock"
    for words in (("top", "--socket"), ("capture", "-o"), ("trigger", "-c"), ("report",),
                  ("report", "--app")):
        assert complete(*words, f"{tmp_path}/con") == {path}, words


@pytest.fixture(name="call_oneself")
def a_name_for_this_process():
    def call(name):
        ctypes.CDLL(None).prctl(PR_SET_NAME, name)
    before = pathlib.Path("/proc/self/comm").read_bytes().rstrip(b"\n")
    yield call
    call(before)


def test_names(tracer, call_oneself, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call_oneself(b"$(>a-file)")
    tracer(interval=1)
    load = endless_pair("thread", "futex", CPU)
    try:
        time.sleep(0.2)
        assert "pair" in complete("hist", "--group", "") and complete("hist", "--app", "")
    finally:
        load.kill()
        load.wait()
    assert not list(tmp_path.iterdir())


def test_install(tmp_path):
    subprocess.run(["make", "--silent", "-C", ROOT, "install", f"DESTDIR={tmp_path}",
                    "PREFIX=/usr"], check=True, stdout=subprocess.DEVNULL)
    installed = tmp_path / "usr/share/bash-completion/completions/tvtrace"
    assert installed.read_bytes() == SCRIPT.read_bytes()
    assert tvtrace("--version", command=(tmp_path / "usr/bin/tvtrace",)).stdout.startswith("tvtrace ")
