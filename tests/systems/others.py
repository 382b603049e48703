# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A browser, and C programs that do nothing but create."""

import json

from system import System, get, wait_until, which
from workloads import PROGRAMS

PAGE = """<!doctype html><title>page {number}</title><p>page {number}<script>
let turns = 0;
function turn() {{
    let sum = 0;
    for (let i = 0; i < 20000; i++)
        sum += Math.sqrt(i);
    document.body.firstChild.textContent = turns++ + " " + sum;
    setTimeout(turn, 10);
}}
turn();
</script>
"""


class Chromium(System):
    """Pages of their own processes, each of which changes all the time."""

    needs = ("chromium",)
    pages = 4
    warm_s = 1
    steady = False

    def command(self):
        return (which("chromium"), "--headless", "--no-sandbox", "--disable-gpu",
                f"--user-data-dir={self.directory}/profile", "--remote-debugging-address=127.0.0.1",
                f"--remote-debugging-port={self.port}", "about:blank")

    def ready(self):
        return get(self.port, "/json/version")

    def start(self):
        super().start()
        for number in range(self.pages):
            url = self.write(f"page-{number}.html", PAGE.format(number=number)).as_uri()
            get(self.port, f"/json/new?{url}", "PUT")
        wait_until(lambda: self.own_tasks()[1] > self.pages, "chromium shows no pages")

    def own_tasks(self):
        shown = [entry for entry in json.loads(get(self.port, "/json/list"))
                 if entry["type"] == "page"]
        return "pages", len(shown)

    def check(self, seen):
        """Many processes, with many threads each."""
        assert len(seen.tasks) > 4 and sum(map(len, seen.tasks.values())) > 8 * len(seen.tasks)
        assert seen.from_user["thread"] > 0 and seen.from_user["process"] > 0
        assert seen.replay.same_group > 0 and seen.replay.sibling > 0


class Creating(System):
    """A loop that creates one after the other, and waits for it."""

    needs = (str(PROGRAMS / "storm"),)
    steady = False
    kind = ""

    def prepare(self):
        # It begins when a line comes.
        self.begin = self.write("begin", "\n")

    def command(self):
        return ("/bin/sh", "-c", 'exec "$0" "$1" 1000000000 <"$2"', PROGRAMS / "storm", self.kind,
                self.begin)


class ForkLoop(Creating):
    kind = "process"

    def check(self, seen):
        """Parent and child are processes: what goes between them changes the address space."""
        assert seen.row["forks_per_s"] > 100 > seen.row["new_threads_per_s"]
        assert seen.replay.sibling + seen.replay.into > 0 and seen.replay.same_group == 0


class ThreadLoop(Creating):
    kind = "thread"

    def check(self, seen):
        assert seen.row["new_threads_per_s"] > 100 > seen.row["forks_per_s"]
        assert seen.replay.sibling == 0
