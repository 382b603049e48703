# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
What each system is, by its documentation: the shapes of `tvtrace advise` that are right, each with
its reason, what it creates, and its runtime. Decided before `tvtrace advise` was asked.
"""

import collections

Expected = collections.namedtuple("Expected", "shapes creates runtime", defaults=(None, None))

SHAPES = ("idle", "one_thread", "event_loop", "threads", "threads_by_turns", "processes",
          "event_loop_per_process", "processes_with_threads")

EXPECTED = {
    "apache_prefork": Expected({
        "processes": "a process for each connection, of one thread"}),
    "apache_worker": Expected({
        "processes_with_threads": "a few processes, a thread for each request"}),
    "apache_event": Expected({
        "processes_with_threads": "as worker, with a listener that keeps the connections"}),
    "nginx": Expected({
        "event_loop_per_process": "a worker for each CPU, of one thread"}),
    "postgresql": Expected({
        "processes": "a process for each connection"}),
    "redis": Expected({
        "event_loop": "commands run on one thread"}),
    "redis_io_threads": Expected({
        "threads": "its io threads spin for work beside the one that runs commands"}),
    "node_http": Expected({
        "event_loop": "one thread runs JavaScript; the others collect garbage and compile"},
        runtime="node"),
    "node_pool": Expected({
        "threads": "four threads of libuv's pool read for one event loop"}, runtime="node"),
    "node_workers": Expected({
        "threads": "four threads run JavaScript for one event loop"}, runtime="node"),
    "node_cluster": Expected({
        "event_loop_per_process": "two processes with an event loop each",
        "processes": "a primary hands out the connections, so three of them meet"},
        runtime="node"),
    "go_sleepers": Expected({
        "threads": "goroutines are multiplexed on a few threads",
        "event_loop": "one thread may do nearly all of it, as each wakes for a moment"},
        runtime="go"),
    "go_busy": Expected({
        "threads": "as many threads as CPUs run goroutines"}, runtime="go"),
    "python_threads": Expected({
        "threads_by_turns": "the interpreter's lock lets one run at a time"}, runtime="python"),
    "python_processes": Expected({
        "processes": "four processes calculate, of one thread each"}, runtime="python"),
    "python_asyncio": Expected({
        "event_loop": "one loop, one thread"}, runtime="python"),
    "erlang": Expected({
        "threads": "a scheduler for each CPU runs the processes of the language"},
        runtime="erlang"),
    "chromium": Expected({
        "processes_with_threads": "a process for each page, and threads for its work"}),
    "c_forks": Expected({
        "event_loop": "the parent waits for each child, and these live too shortly to be counted",
        "one_thread": "the parent alone"}, creates="processes"),
    "c_threads": Expected({
        "event_loop": "the first thread waits for each other one",
        "one_thread": "the first thread alone",
        "threads": "all of them together"}, creates="threads"),
    # The second list.
    "mariadb": Expected({
        "threads": "a thread for each connection"}),
    "memcached": Expected({
        "threads": "four threads with an event loop each, in one process"}),
    "haproxy": Expected({
        "threads": "a thread for each CPU with an event loop each, in one process"}),
    "squid": Expected({
        "event_loop": "one loop; its threads are for disks, which it does not use"}),
    "lighttpd": Expected({
        "event_loop": "one loop, one thread"}),
    "php_fpm": Expected({
        "processes": "each child answers one request at a time"}),
    "gunicorn": Expected({
        "processes": "each worker answers one request at a time"}, runtime="python"),
    "gunicorn_threads": Expected({
        "processes_with_threads": "two workers, with a pool of four threads each"},
        runtime="python"),
    "uwsgi": Expected({
        "processes": "each worker answers one request at a time"}),
    "vsftpd": Expected({
        "processes": "a process for each session"}),
    "java_pool": Expected({
        "threads": "a pool of four threads answers"}, runtime="java"),
    "puma": Expected({
        "threads_by_turns": "Ruby's lock lets one run at a time",
        "threads": "they leave the lock while they read and write"}, runtime="ruby"),
    "ruby_threads": Expected({
        "threads_by_turns": "Ruby's lock lets one calculate at a time"}, runtime="ruby"),
    "make": Expected({
        "processes": "each compiler is a process",
        "event_loop": "make itself waits for them, and they live too shortly to be counted",
        "one_thread": "make itself reads its files anew for each round",
        "idle": "make itself does hardly anything"}, creates="processes"),
    "ffmpeg": Expected({
        "threads": "four threads encode parts of each picture"}),
    "rsync": Expected({
        "processes": "a process for each client"}),
    "sshd": Expected({
        "processes": "a process for each session, and one for its command"}),
    "xz": Expected({
        "threads": "four threads compress a block each"}),
    "sort": Expected({
        "threads": "up to four threads sort what fits the memory"}),
}
