# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
The second list: programs that nobody looked at when the rule of `tvtrace advise` was made. They
show how often it is right elsewhere.
"""

import glob
import json
import os
import pathlib
import re
import signal
import socket

from languages import Telling
from system import NOBODY, PROGRAMS, PYTHON, System, ab, free_port, get, single_threaded, which
from tracer import PATIENCE_S


def python_load(kind, port, count):
    return (PYTHON, PROGRAMS / "clients.py", kind, port, count)


class MariaDB(System):
    needs = ("mariadbd", "mariadb-install-db")
    load_needs = ("mariadb-slap",)
    steady = False  # it adapts the number of its helpers

    def prepare(self):
        self.run("chown", "nobody:nogroup", self.directory)
        self.run(*NOBODY, "mariadb-install-db", "--no-defaults", f"--datadir={self.directory}/data",
                 "--auth-root-authentication-method=normal", "--skip-test-db")

    @property
    def socket(self):
        return self.directory / "socket"

    def command(self):
        return (*NOBODY, which("mariadbd"), "--no-defaults", f"--datadir={self.directory}/data",
                f"--socket={self.socket}", "--skip-networking", "--innodb-buffer-pool-size=32M",
                "--innodb-flush-log-at-trx-commit=0", f"--pid-file={self.directory}/pid")

    def client(self, program, *arguments):
        return (program, "--no-defaults", f"--socket={self.socket}", "--user=root", *arguments)

    def ready(self):
        return self.run(*self.client("mariadb", "-e", "select 1"))

    def load(self):
        return (self.client("mariadb-slap", "--concurrency=8", "--iterations=100000",
                            "--auto-generate-sql", "--auto-generate-sql-load-type=mixed",
                            "--number-of-queries=100000"),)

    def own_pids(self):
        return {int((self.directory / "pid").read_text(encoding="ascii"))}

    def check(self, seen):
        """A thread for each connection."""
        assert len(seen.tasks) == 1 and seen.replay.sibling == 0
        assert sum(map(len, seen.tasks.values())) > 8


class Memcached(System):
    needs = ("memcached",)
    load_needs = (PYTHON,)

    def command(self):
        return (which("memcached"), "-u", "nobody", "-l", "127.0.0.1", "-p", self.port, "-t", 4)

    def stats(self):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            connection.sendall(b"stats\r\nquit\r\n")
            text = connection.makefile(encoding="ascii").read()
        return dict(line.split()[1:3] for line in text.splitlines() if line.startswith("STAT"))

    def ready(self):
        return self.stats()

    def load(self):
        # Each a process of its own: one would be held back by its own lock.
        return tuple(python_load("memcached", self.port, 2) for _ in range(4))

    def own_pids(self):
        said = self.stats()
        assert said["threads"] == "4"
        return {int(said["pid"])}

    def check(self, seen):
        tids, = seen.tasks.values()
        assert len(tids) > 4


class HAProxy(System):
    needs = ("haproxy",)
    load_needs = ("ab",)
    threads = 2

    def prepare(self):
        self.write("haproxy.cfg", f"""
global
    nbthread {self.threads}
    stats socket {self.directory}/stats
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend all
    bind 127.0.0.1:{self.port}
    http-request return status 200 content-type text/plain string hello
""")

    def command(self):
        return (which("haproxy"), "-db", "-f", self.directory / "haproxy.cfg")

    def ready(self):
        return get(self.port)

    def load(self):
        return (ab(self.port, clients=16),)

    def own_pids(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(f"{self.directory}/stats")
            connection.sendall(b"show info\n")
            text = connection.makefile(encoding="utf-8").read()
        said = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
        assert int(said["Nbthread"]) == self.threads
        return {int(said["Pid"])}

    def check(self, seen):
        tids, = seen.tasks.values()
        assert len(tids) == self.threads


class Squid(System):
    """It has what is asked for in its memory, from a server that is asked once."""

    needs = ("squid",)
    load_needs = ("ab", PYTHON)

    def prepare(self):
        self.origin = free_port()
        self.write("index.html", "hello\n" * 100)
        self.run("chown", "nobody:nogroup", self.directory)
        self.write("squid.conf", f"""
http_port 127.0.0.1:{self.port}
http_access allow all
cache_effective_user nobody
cache_effective_group nogroup
pid_filename none
access_log none
cache_log {self.directory}/cache.log
cache_mem 16 MB
coredump_dir {self.directory}
pinger_enable off
refresh_pattern . 60 100% 60 override-expire ignore-reload
shutdown_lifetime 0 seconds
""")

    def command(self):
        return (which("squid"), "-N", "-f", self.directory / "squid.conf")

    def ready(self):
        with socket.create_connection(("127.0.0.1", self.port), 1):
            return True

    def load(self):
        return ((PYTHON, "-m", "http.server", "--bind", "127.0.0.1", self.origin),
                ("sh", "-c", 'sleep 0.3; exec "$@"', "sh", *ab(self.origin, "/index.html", 1)[:-1],
                 "-X", f"127.0.0.1:{self.port}", f"http://127.0.0.1:{self.origin}/index.html"))

    warm_s = 0.8

    def check(self, seen):
        assert seen.system_pid in seen.tasks and seen.replay.busy_groups == 1


class Lighttpd(System):
    needs = ("lighttpd",)
    load_needs = ("ab",)

    def prepare(self):
        self.write("index.html", "hello\n" * 100)
        self.write("lighttpd.conf", f"""
server.document-root = "{self.directory}"
server.bind = "127.0.0.1"
server.port = {self.port}
server.max-keep-alive-requests = 10000000
index-file.names = ("index.html")
""")

    def command(self):
        return (which("lighttpd"), "-D", "-f", self.directory / "lighttpd.conf")

    def ready(self):
        return get(self.port)

    def load(self):
        return (ab(self.port, "/index.html", 1),)

    def check(self, seen):
        single_threaded(seen)
        assert len(seen.tasks) == 1


class PhpFpm(System):
    """Behind an nginx that belongs to the load."""

    load_needs = ("ab", "nginx")
    workers = 4

    @classmethod
    def binary(cls):
        found = sorted(glob.glob("/usr/sbin/php-fpm*"))
        return found[-1] if found else None

    @classmethod
    def missing(cls):
        return super().missing() if cls.binary() else "php-fpm is not installed"

    def prepare(self):
        self.write("index.php", "<?php $s = 0; for ($i = 0; $i < 2000; $i++) $s += $i; echo $s;")
        self.write("fpm.conf", f"""
[global]
daemonize = no
error_log = {self.directory}/fpm.log
[www]
user = nobody
group = nogroup
listen = {self.directory}/fpm.socket
listen.mode = 0666
pm = static
pm.max_children = {self.workers}
pm.status_path = /status
""")
        self.write("nginx.conf", f"""
user root;
daemon off;
worker_processes 1;
pid {self.directory}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {self.directory}/body;
    proxy_temp_path {self.directory}/proxy;
    fastcgi_temp_path {self.directory}/fastcgi;
    uwsgi_temp_path {self.directory}/uwsgi;
    scgi_temp_path {self.directory}/scgi;
    server {{
        listen 127.0.0.1:{self.port};
        location / {{
            fastcgi_pass unix:{self.directory}/fpm.socket;
            fastcgi_param SCRIPT_FILENAME {self.directory}/index.php;
            fastcgi_param SCRIPT_NAME $uri;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param QUERY_STRING $query_string;
        }}
    }}
}}
""")

    def command(self):
        return (self.binary(), "-F", "-y", self.directory / "fpm.conf", "-n")

    def ready(self):
        return (self.directory / "fpm.socket").exists() and len(self.pids()) == 1 + self.workers

    def load(self):
        return ((which("nginx"), "-e", self.directory / "error.log", "-p", self.directory,
                 "-c", self.directory / "nginx.conf"),
                ("sh", "-c", 'sleep 0.3; exec "$@"', "sh", *ab(self.port, "/index.php", 8)))

    warm_s = 0.8

    def end_load(self):
        # nginx ends its worker itself.
        for load in self.loads:
            load.send_signal(signal.SIGTERM)
        for load in self.loads:
            load.wait(PATIENCE_S)
        self.loads = []

    def check(self, seen):
        single_threaded(seen)
        assert len(seen.tasks) == 1 + self.workers


class Gunicorn(System):
    """Its own sort of worker takes a request at a time."""

    needs = ("gunicorn",)
    load_needs = ("ab",)
    workers, threads, kind = 4, 1, "sync"

    def prepare(self):
        self.write("app.py", """
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "6")])
    return [b"hello\\n"]
""")

    def command(self):
        return (which("gunicorn"), "--workers", self.workers, "--threads", self.threads,
                "--worker-class", self.kind, "--bind", f"127.0.0.1:{self.port}",
                "--worker-tmp-dir", self.directory, "app:application")

    def ready(self):
        return len(self.booted()) == self.workers and get(self.port)

    def booted(self):
        return {int(pid) for pid in re.findall(r"Booting worker with pid: (\d+)", self.said())}

    def load(self):
        return (ab(self.port, clients=8),)

    def own_pids(self):
        return {self.process.pid} | self.booted()

    def check(self, seen):
        single_threaded(seen)


class GunicornThreads(Gunicorn):
    workers, threads, kind = 2, 4, "gthread"

    def check(self, seen):
        assert len(seen.tasks) == 1 + self.workers
        assert sum(map(len, seen.tasks.values())) > 1 + self.workers * 2


class Uwsgi(Gunicorn):
    needs = ("uwsgi-core", "/usr/lib/uwsgi/plugins/python311_plugin.so")
    workers = 4

    def prepare(self):
        super().prepare()
        self.stats = free_port()

    def command(self):
        return (which("uwsgi-core"), "--plugin", "python311", "--http-socket",
                f"127.0.0.1:{self.port}", "--master", "--processes", self.workers, "--wsgi-file",
                self.directory / "app.py", "--disable-logging", "--die-on-term", "--need-app",
                "--stats", f"127.0.0.1:{self.stats}", "--uid", "nobody", "--gid", "nogroup")

    def ready(self):
        return get(self.port)

    def own_pids(self):
        with socket.create_connection(("127.0.0.1", self.stats), PATIENCE_S) as connection:
            said = json.loads(connection.makefile(encoding="utf-8").read())
        return {said["pid"], *(worker["pid"] for worker in said["workers"])}


class Vsftpd(System):
    """Sessions that are kept, each with a process of its own."""

    needs = ("vsftpd",)
    load_needs = (PYTHON,)
    sessions = 4
    warm_s = 0.6

    def prepare(self):
        root = self.directory / "root"
        root.mkdir()
        root.chmod(0o555)
        (root / "file").write_text("hello\n" * 100, encoding="ascii")
        empty = self.directory / "empty"
        empty.mkdir()
        self.write("vsftpd.conf", f"""
listen=YES
listen_address=127.0.0.1
listen_port={self.port}
background=NO
anonymous_enable=YES
local_enable=NO
anon_root={root}
ftp_username=daemon
nopriv_user=nobody
secure_chroot_dir={empty}
pasv_address=127.0.0.1
xferlog_enable=NO
""")

    def command(self):
        return (which("vsftpd"), self.directory / "vsftpd.conf")

    def ready(self):
        with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            return connection.recv(100).startswith(b"220")

    def load(self):
        return (python_load("ftp", self.port, self.sessions),)

    def check(self, seen):
        single_threaded(seen)
        assert len(seen.tasks) > self.sessions


class Java(Telling):
    needs = ("java", "javac")
    load_needs = ("ab",)
    threads = 4
    warm_s = 1
    steady = False  # compilers and collectors come and go

    def prepare(self):
        self.run("javac", "-d", self.directory, PROGRAMS / "Pool.java")

    def command(self):
        return (which("java"), "-cp", self.directory, "-Xmx256m", "Pool", self.port, self.threads)

    def load(self):
        return (ab(self.port, clients=4),)

    def check(self, seen):
        tids, = seen.tasks.values()
        assert len(tids) > self.threads and seen.replay.sibling == 0


class Puma(System):
    needs = ("puma",)
    load_needs = ("ab",)
    steady = False

    def prepare(self):
        self.write("config.ru", """
run lambda { |_| [200, { "content-length" => "6" }, ["hello\\n"]] }
""")

    def command(self):
        return (which("puma"), "-t", "4:4", "-e", "production",
                "-b", f"tcp://127.0.0.1:{self.port}", self.directory / "config.ru")

    def ready(self):
        return get(self.port)

    def load(self):
        return (ab(self.port, clients=4),)

    def own_pids(self):
        return {int(re.search(r"PID: (\d+)", self.said()).group(1))}


class RubyThreads(Telling):
    needs = ("ruby",)

    def command(self):
        return (which("ruby"), PROGRAMS / "turns.rb")

    def check(self, seen):
        tids, = seen.tasks.values()
        assert len(tids) >= 5 and seen.replay.overlap_share < 0.02


class Make(System):
    """It compiles the same small files again and again."""

    needs = ("make", "gcc")
    steady = False

    def prepare(self):
        for number in range(40):
            self.write(f"part_{number}.c", f"int part_{number}(void) {{ return {number}; }}\n")
        self.write("Makefile", """
OBJECTS := $(patsubst %.c,%.o,$(wildcard *.c))
again: $(OBJECTS)
\t@rm -f $(OBJECTS)
\t@$(MAKE) --no-print-directory -s again
""")

    def command(self):
        return (which("make"), "-s", "-j4", "again")

    def ready(self):
        return len(self.pids()) > 3


class Ffmpeg(System):
    needs = ("ffmpeg",)
    warm_s = 1
    steady = False

    def command(self):
        return (which("ffmpeg"), "-nostdin", "-v", "error", "-f", "lavfi", "-i",
                "testsrc=size=1280x720:rate=25", "-c:v", "mpeg4", "-threads", 4, "-f", "null", "-")

    def ready(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task")) > 3

    def check(self, seen):
        tids, = seen.tasks.values()
        assert len(tids) > 4


class Rsync(System):
    """A daemon from which three clients fetch the same again and again."""

    needs = ("rsync",)
    load_needs = ("rsync",)
    steady = False
    clients = 3

    def prepare(self):
        module = self.directory / "module"
        module.mkdir()
        for number in range(4):
            (module / f"file-{number}").write_bytes(os.urandom(1 << 23))
        self.write("rsyncd.conf", f"""
port = {self.port}
address = 127.0.0.1
use chroot = no
uid = root
gid = root
pid file = {self.directory}/pid
lock file = {self.directory}/lock
log file = {self.directory}/rsyncd.log
[all]
path = {module}
read only = yes
""")

    def command(self):
        return (which("rsync"), "--daemon", "--no-detach", f"--config={self.directory}/rsyncd.conf")

    def ready(self):
        return self.run("rsync", f"rsync://127.0.0.1:{self.port}/")

    def load(self):
        again = 'while :; do rsync -a --ignore-times --whole-file "$0" "$1"; done'
        return tuple(("sh", "-c", again, f"rsync://127.0.0.1:{self.port}/all/",
                      self.directory / f"got-{number}/")
                     for number in range(self.clients))

    def check(self, seen):
        single_threaded(seen)


class Sshd(System):
    """Sessions that fetch zeros."""

    needs = ("sshd", "ssh", "ssh-keygen")
    load_needs = ("ssh",)
    sessions = 4
    warm_s = 1
    privileges = pathlib.Path("/run/sshd")  # the server wants this place, and no other

    def prepare(self):
        self.made = not self.privileges.exists()
        if self.made:
            self.privileges.mkdir(0o755)
        for name in ("host", "user"):
            self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.directory / name)
        self.write("authorized", (self.directory / "user.pub").read_text(encoding="ascii"))
        self.write("sshd_config", f"""
Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.directory}/host
AuthorizedKeysFile {self.directory}/authorized
PermitRootLogin yes
PasswordAuthentication no
StrictModes no
UsePAM no
PidFile none
""")

    def command(self):
        return (which("sshd"), "-D", "-e", "-f", self.directory / "sshd_config")

    def ready(self):
        with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            return connection.recv(100).startswith(b"SSH")

    def load(self):
        return tuple(("sh", "-c", 'exec ssh "$@" >/dev/null', "sh", "-F", "none", "-p", self.port,
                      "-i", self.directory / "user", "-o", "StrictHostKeyChecking=no",
                      "-o", f"UserKnownHostsFile={self.directory}/known", "root@127.0.0.1",
                      "exec cat /dev/zero") for _ in range(self.sessions))

    def end(self):
        try:
            super().end()
        finally:
            if self.process and self.made:
                self.privileges.rmdir()

    def check(self, seen):
        single_threaded(seen)
        assert len(seen.tasks) > self.sessions


class Xz(System):
    needs = ("xz",)
    warm_s = 0.5

    def command(self):
        return ("/bin/sh", "-c", 'exec "$0" -T4 -1 -c </dev/zero >/dev/null', which("xz"))

    def ready(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task")) == 5

    def check(self, seen):
        tids, = seen.tasks.values()
        assert len(tids) == 5


class Sort(System):
    """More than fits its memory, so that it sorts again and again."""

    needs = ("sort", "shuf")
    steady = False

    def prepare(self):
        self.run("sh", "-c", "shuf -i 1-4000000 >numbers")

    def command(self):
        return ("/bin/sh", "-c", 'while :; do "$0" --parallel=4 -S 32M numbers >/dev/null; done',
                which("sort"))

    def ready(self):
        return len(self.pids()) > 1


MORE = {
    "mariadb": MariaDB,
    "memcached": Memcached,
    "haproxy": HAProxy,
    "squid": Squid,
    "lighttpd": Lighttpd,
    "php_fpm": PhpFpm,
    "gunicorn": Gunicorn,
    "gunicorn_threads": GunicornThreads,
    "uwsgi": Uwsgi,
    "vsftpd": Vsftpd,
    "java_pool": Java,
    "puma": Puma,
    "ruby_threads": RubyThreads,
    "make": Make,
    "ffmpeg": Ffmpeg,
    "rsync": Rsync,
    "sshd": Sshd,
    "xz": Xz,
    "sort": Sort,
}
