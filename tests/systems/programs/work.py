# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Four workers that calculate, or one event loop that answers; a line of JSON tells the processes.
    work.py threads|processes
    work.py asyncio PORT
"""

import asyncio
import json
import multiprocessing
import os
import sys
import threading

WORKERS = 4


def calculate(started):
    started.wait()
    total = 0
    while True:
        total = (total * 31 + 7) % 1000003


def ready(pids, tasks):
    print(json.dumps({"pids": pids, "tasks": tasks}), flush=True)


def threads():
    started = threading.Barrier(WORKERS + 1)
    for _ in range(WORKERS):
        threading.Thread(target=calculate, args=(started,), daemon=True).start()
    started.wait()
    ready([os.getpid()], threading.active_count())
    threading.Event().wait()


def processes():
    started = multiprocessing.Barrier(WORKERS + 1)
    workers = [multiprocessing.Process(target=calculate, args=(started,), daemon=True)
               for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    started.wait()
    pids = [os.getpid(), *(worker.pid for worker in workers)]
    ready(pids, len(multiprocessing.active_children()))
    workers[0].join()


async def answer(reader, writer):
    """Whatever is asked, over a connection that is kept."""
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n"
                     b"Connection: keep-alive\r\n\r\nhello\n")
        await writer.drain()


async def serve(port):
    server = await asyncio.start_server(answer, "127.0.0.1", port)
    ready([os.getpid()], len(asyncio.all_tasks()))
    await server.serve_forever()


def main(kind, *arguments):
    if kind == "asyncio":
        asyncio.run(serve(int(arguments[0])))
    else:
        {"threads": threads, "processes": processes}[kind]()


if __name__ == "__main__":
    main(*sys.argv[1:])
