# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The documents speak of what there is: files, functions, links, fields, rows of the matrix."""

import re
import sys

import pytest

from tracer import ROOT

sys.path.append(str(ROOT / "tests" / "vm"))
from rows import ROWS  # noqa: E402  pylint: disable=wrong-import-position

README_LINES = 250
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "doc").glob("*.md"))]
ROOMS = ("bpf", "user", "tools", "tests", "include", "doc", "packaging", "vmlinux", ".ci")
# What stands in a folder of the repository, and not in one of another path (build/bpf/...).
PATH = re.compile(rf"(?<![\w/.~-])(?:{'|'.join(map(re.escape, ROOMS))})/[\w./*+-]*")
FILE_NAME = re.compile(r"(?<![\w/.*-])[\w.-]+\.(?:bpf\.c|[ch]|py|md|sh|proto|txt)(?![\w.-])")
FUNCTION = re.compile(r"\b([a-z_]\w*)\(\)")
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
# What --json prints, here and there; keys are put, or stand in tables.
JSON_SOURCES = ("user/outputs/json.c", "user/outputs/json_parts.c", "user/common/histogram_json.c",
                "tools/client/json_print.c", "tools/client/cmd_status.c", "tools/lists/cmd_hist.c",
                "tools/lists/listing.c", "tools/lists/columns.c", "tools/report/report_print.c",
                "tools/advise/print_json.c", "tools/bench/print_json.c")
JSON_KEY = re.compile(r'(?:\bput\w*\(|json_object_object_add\(\s*)\w+,\s*"(\w+)"'
                      r'|\{"(\w+)", ["&.]|\b(?:NUMBER|NAME)\("(\w+)"')


def by_name(path):
    return path.relative_to(ROOT).as_posix()


def prose(path):
    return FENCED.sub("", path.read_text(encoding="utf-8"))


def code(text):
    return re.findall(r"`([^`]+)`", text)


def paths(text):
    """The paths of the repository that code spans of a text name."""
    return [path for span in code(text) for path in PATH.findall(span)]


def blocks(text):
    """Paragraphs, items of lists and rows of tables."""
    return re.split(r"\n\s*\n|\n(?=\s*(?:\d+\.|-|\|) ?)", text)


def sources(*folders):
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))
            if path.suffix in (".c", ".h", ".py")]


def defines(path, function):
    """Whether a file has a function or a macro of that name, at least its declaration."""
    if path.suffix == ".py":
        pattern = rf"^\s*def {function}\("
    else:
        pattern = rf"^(?:#define |[A-Za-z_][^;\n]*\b){function}\("
    return re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)


def anchors(path):
    """Of each heading, as GitHub makes them."""
    found = []
    for heading in re.findall(r"^#+ +(.+?) *$", prose(path), re.MULTILINE):
        text = re.sub(r"[^\w\- ]", "", LINK.sub("]", heading).lower()).replace(" ", "-")
        found.append(f"{text}-{found.count(text)}" if text in found else text)
    return found


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < README_LINES


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_files_exist(document):
    missing = {path for path in paths(prose(document)) if not list(ROOT.glob(path.rstrip("/")))}
    names = {name for span in code(prose(document)) for name in FILE_NAME.findall(span)}
    there = {path.name for folder in ROOMS for path in (ROOT / folder).rglob("*")}
    there |= {path.name for path in ROOT.iterdir()}
    assert not missing and not names - there


# Its functions are the kernel's.
OF_THE_KERNEL = ROOT / "doc" / "threads-vs-processes.md"


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != OF_THE_KERNEL],
                         ids=by_name)
def test_functions_are_defined(document):
    """Those of a block that names source files are in one of these."""
    everywhere = sources("bpf", "user", "tools", "tests")
    for block in blocks(prose(document)):
        named = [file for path in paths(block) for file in ROOT.glob(path.rstrip("/"))
                 if file.suffix in (".c", ".h", ".py")]
        for function in {name for span in code(block) for name in FUNCTION.findall(span)}:
            assert any(defines(path, function) for path in named or everywhere), (
                f"{function}() is not in {[by_name(path) for path in named] or 'any source'}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_links_lead_somewhere(document):
    for link in LINK.findall(prose(document)):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.is_relative_to(ROOT) and target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("source", JSON_SOURCES)
def test_fields_of_json_are_described(source):
    words = set(re.findall(r"\w+", " ".join(code(prose(ROOT / "doc" / "json.md")))))
    keys = {next(filter(None, found)) for found
            in JSON_KEY.findall((ROOT / source).read_text(encoding="utf-8"))}
    assert keys and not keys - words


def test_parts_of_replies_are_described():
    words = set(code(prose(ROOT / "doc" / "protocol.md")))
    parts = re.findall(r'= "(\w+)"', (ROOT / "user/control/parts.c").read_text(encoding="utf-8"))
    assert parts and not set(parts) - words


def test_rows_of_the_matrix_are_described():
    assert not {row.name for row in ROWS} - set(code(prose(ROOT / "doc" / "hacking.md")))
