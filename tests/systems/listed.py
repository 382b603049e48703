# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The systems of the first list, by name."""

import languages
import others
import servers

SYSTEMS = {
    "apache_prefork": servers.Prefork,
    "apache_worker": servers.Worker,
    "apache_event": servers.Event,
    "nginx": servers.Nginx,
    "postgresql": servers.PostgreSQL,
    "redis": servers.Redis,
    "redis_io_threads": servers.RedisIoThreads,
    "node_http": languages.Node,
    "node_pool": languages.NodePool,
    "node_workers": languages.NodeWorkers,
    "node_cluster": languages.NodeCluster,
    "go_sleepers": languages.Go,
    "go_busy": languages.GoBusy,
    "python_threads": languages.PythonThreads,
    "python_processes": languages.PythonProcesses,
    "python_asyncio": languages.PythonAsyncio,
    "erlang": languages.Erlang,
    "chromium": others.Chromium,
    "c_forks": others.ForkLoop,
    "c_threads": others.ThreadLoop,
}
