// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// An HTTP server of one kind. Prints a line of JSON when it listens: its processes, its threads.
//   serve.js http|pool|workers|cluster PORT FILE
'use strict';
const cluster = require('node:cluster');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

const [kind, port, file] = process.argv.slice(2);
const COUNT = 4;

// A little work, which takes no notice of the kernel.
const digest = (text) => crypto.createHash('sha256').update(text.repeat(200)).digest('hex');

const answers = {
    http: (answer) => answer(digest('hello')),
    // Reads go to the threads of libuv's pool.
    pool: (answer) => fs.readFile(file, (error, data) => answer(error ? 'none' : data)),
    workers: (answer) => ask(answer),
    cluster: (answer) => answer(digest('hello')),
};

const waiting = new Map();
let workers = [];
let asked = 0;

function ask(answer) {
    asked++;
    waiting.set(asked, answer);
    workers[asked % workers.length].postMessage(asked);
}

function listen(ready) {
    http.createServer((_, response) => answers[kind]((text) => {
        // Without it, a client of HTTP/1.0 cannot keep its connection.
        response.setHeader('Content-Length', text.length);
        response.end(text);
    })).listen(Number(port), '127.0.0.1', ready);
}

function ready(said) {
    console.log(JSON.stringify({ pids: [process.pid], workers: 0, ...said }));
}

function startWorkers() {
    workers = Array.from({ length: COUNT }, () => new Worker(__filename, { argv: [kind] }));
    let online = 0;
    for (const worker of workers) {
        worker.on('message', ({ number, text }) => {
            waiting.get(number)(text);
            waiting.delete(number);
        });
        worker.on('online', () => {
            if (++online === COUNT)
                listen(() => ready({ workers: COUNT }));
        });
    }
}

function startProcesses() {
    const pids = [process.pid];
    cluster.on('listening', (worker) => {
        pids.push(worker.process.pid);
        if (pids.length === 3)
            ready({ pids });
    });
    cluster.fork();
    cluster.fork();
}

if (!isMainThread)
    parentPort.on('message', (number) => parentPort.postMessage({ number, text: digest('hello') }));
else if (kind === 'workers')
    startWorkers();
else if (kind === 'cluster' && cluster.isPrimary)
    startProcesses();
else
    listen(() => kind === 'cluster' || ready({}));
