# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Servers of Debian's packages: Apache in three forms, nginx, PostgreSQL, redis."""

import glob
import pathlib
import re
import signal

from system import NOBODY, System, ab, children, get, single_threaded, which

MODULES = "/usr/lib/apache2/modules"


class Apache(System):
    """One program, three ways to share its work among processes and threads (its MPM)."""

    needs = ("apache2",)
    load_needs = ("ab",)
    mpm = limits = ""
    workers = 0

    def prepare(self):
        self.write("index.html", "hello\n" * 100)
        modules = (f"mpm_{self.mpm}", "authz_core", "dir", "status")
        self.write("httpd.conf", "".join(
            f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in modules) + f"""
ServerName localhost
Listen 127.0.0.1:{self.port}
PidFile {self.directory}/pid
DefaultRuntimeDir {self.directory}
Mutex file:{self.directory}
ErrorLog {self.directory}/error.log
DocumentRoot {self.directory}
User nobody
Group nogroup
KeepAlive On
MaxKeepAliveRequests 0
ExtendedStatus Off
{self.limits}
<Location /server-status>
SetHandler server-status
</Location>
""")

    def command(self):
        return (which("apache2"), "-d", self.directory, "-f", self.directory / "httpd.conf",
                "-DFOREGROUND")

    def ready(self):
        return get(self.port)

    def load(self):
        return (ab(self.port, "/index.html", 16),)

    def own_pids(self):
        """The pid and the state of each of its workers stand on the page that people read."""
        page = get(self.port, "/server-status")
        pids = {int(pid) for pid in re.findall(r"(\d+) in state: [^\s.]", page)}
        # And the form for programs has a character for each worker.
        lines = get(self.port, "/server-status?auto").splitlines()
        said = dict(line.split(": ", 1) for line in lines if ": " in line)
        workers = int(said["BusyWorkers"]) + int(said["IdleWorkers"])
        assert workers == len(said["Scoreboard"].replace(".", "")) == self.workers
        return {self.process.pid} | pids


class Prefork(Apache):
    mpm = "prefork"
    workers = 24
    limits = """
StartServers 24
MinSpareServers 1
MaxSpareServers 24
MaxRequestWorkers 24
"""

    def check(self, seen):
        """A process for each connection, and no threads: no switch can keep an address space."""
        single_threaded(seen)
        assert seen.replay.sibling > 0 and seen.from_user["process"] > 0


class Worker(Apache):
    mpm = "worker"
    workers = 100
    limits = """
ServerLimit 4
StartServers 4
ThreadsPerChild 25
MinSpareThreads 1
MaxSpareThreads 100
MaxRequestWorkers 100
"""
    own_threads = 2  # of a child, besides those that answer

    def check(self, seen):
        """Each child has its threads, one that accepts, and one that waits for all of them."""
        children_ = {pid: tids for pid, tids in seen.tasks.items() if pid != seen.system_pid}
        assert len(children_) == 4
        assert {len(tids) for tids in children_.values()} == {25 + self.own_threads}
        assert seen.replay.same_group > 0 and seen.replay.sibling > 0
        assert seen.from_user["thread"] > 0 and seen.from_user["process"] > 0


class Event(Worker):
    mpm = "event"


class Nginx(System):
    needs = ("nginx",)
    load_needs = ("ab",)
    workers = 2

    def prepare(self):
        self.write("index.html", "hello\n" * 100)
        self.write("nginx.conf", f"""
user root;
daemon off;
worker_processes {self.workers};
pid {self.directory}/pid;
error_log {self.directory}/error.log notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {self.directory}/body;
    proxy_temp_path {self.directory}/proxy;
    fastcgi_temp_path {self.directory}/fastcgi;
    uwsgi_temp_path {self.directory}/uwsgi;
    scgi_temp_path {self.directory}/scgi;
    server {{
        listen 127.0.0.1:{self.port} reuseport;
        root {self.directory};
        location /stub_status {{ stub_status; }}
    }}
}}
""")

    def command(self):
        return (which("nginx"), "-e", self.directory / "error.log", "-p", self.directory,
                "-c", self.directory / "nginx.conf")

    def ready(self):
        return get(self.port) and len(children(self.process.pid)) == self.workers

    def load(self):
        return (ab(self.port, "/index.html", 16),)

    def own_pids(self):
        assert "Active connections" in get(self.port, "/stub_status")
        log = (self.directory / "error.log").read_text(encoding="utf-8")
        workers = {int(pid) for pid in re.findall(r"start worker process (\d+)", log)}
        assert len(workers) == self.workers
        return {self.process.pid} | workers

    def check(self, seen):
        """One thread for each process, and a process for each CPU."""
        single_threaded(seen)
        assert seen.from_user["process"] > 0


class PostgreSQL(System):
    """pgbench reads and writes, over a Unix socket."""

    clients = 8
    end_signal = signal.SIGQUIT  # at once; shared memory is given back

    @classmethod
    def binaries(cls):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        return pathlib.Path(found[-1]) if found else None

    @classmethod
    def missing(cls):
        return None if cls.binaries() else "postgresql is not installed"

    def prepare(self):
        data = self.directory / "data"
        data.mkdir()
        self.run("chown", "-R", "nobody:nogroup", self.directory)
        self.run(*NOBODY, self.binaries() / "initdb", "-D", data, "-U", "nobody", "--no-sync",
                 "--auth=trust", "--locale=C.UTF-8")
        self.write("data/postgresql.auto.conf", f"""
listen_addresses = ''
unix_socket_directories = '{self.directory}'
port = {self.port}
fsync = off
autovacuum = off
max_connections = 30
""")

    def command(self):
        return (*NOBODY, self.binaries() / "postgres", "-D", self.directory / "data")

    def client(self, program, *arguments):
        return (*NOBODY, self.binaries() / program, "-h", self.directory, "-p", self.port,
                "-U", "nobody", *arguments)

    def ready(self):
        return self.run(*self.client("psql", "-Atc", "select 1", "postgres"))

    def start(self):
        super().start()
        self.run(*self.client("pgbench", "-i", "-q", "--scale", 1, "postgres"))

    def load(self):
        return (self.client("pgbench", "-n", "-M", "prepared", "-c", self.clients, "-T", 3600,
                            "postgres"),)

    def own_pids(self):
        said = self.run(*self.client(
            "psql", "-Atc", "select pid from pg_stat_activity where pid != pg_backend_pid()",
            "postgres"))
        # The logger and the archiver would not be there; neither runs here.
        return {self.process.pid} | set(map(int, said.split()))

    def check(self, seen):
        """A process for each connection; they meet at locks and at the CPUs."""
        single_threaded(seen)
        assert seen.replay.sibling > 0


class Redis(System):
    """All commands run on one thread; others free memory, or sleep."""

    needs = ("redis-server",)
    load_needs = ("redis-benchmark",)
    io_threads = 1
    clients = 2  # a loop that always has something to do waits for nothing

    def command(self):
        return (which("redis-server"), "--bind", "127.0.0.1", "--port", self.port, "--dir",
                self.directory, "--save", "", "--daemonize", "no", "--io-threads", self.io_threads,
                "--io-threads-do-reads", "yes")

    def redis(self, *arguments):
        return self.run("redis-cli", "-p", self.port, *arguments)

    def ready(self):
        return "PONG" in self.redis("ping")

    def load(self):
        return (("redis-benchmark", "-p", self.port, "-q", "-c", self.clients, "-l",
                 "-t", "set,get", "-n", 1000000),)

    def own_pids(self):
        info = dict(line.split(":", 1) for line in self.redis("info").splitlines() if ":" in line)
        assert int(info["connected_clients"]) >= 1
        return {int(info["process_id"])}

    def check(self, seen):
        tids, = seen.tasks.values()
        # Its own name stands on all of them that it says it has.
        named = [name for name in seen.names.values() if name.startswith("io_thd_")]
        assert len(named) == self.io_threads - 1 and len(tids) > self.io_threads
        assert seen.replay.sibling == 0


class RedisIoThreads(Redis):
    io_threads = 4
    clients = 20  # with fewer than two for each, they rest
