# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Loads for servers that no packaged load generator speaks to, over connections that are kept.
    clients.py memcached|ftp PORT COUNT
"""

import ftplib
import socket
import sys
import threading


def memcached(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        reader = connection.makefile("rb")
        while True:
            connection.sendall(b"set key 0 0 5\r\nhello\r\nget key\r\n")
            while reader.readline() != b"END\r\n":
                pass


def ftp(port):
    """Each file has a connection of its own, as the protocol wants it."""
    client = ftplib.FTP()
    client.connect("127.0.0.1", port)
    client.login()
    while True:
        client.retrbinary("RETR file", lambda data: None)


def main(kind, port, count):
    clients = [threading.Thread(target={"memcached": memcached, "ftp": ftp}[kind],
                                args=(int(port),)) for _ in range(int(count))]
    for client in clients:
        client.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
