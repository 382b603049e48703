// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// An HTTP server with a pool of threads: Pool PORT THREADS
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

class Pool {
    public static void main(String[] arguments) throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(),
                                            Integer.parseInt(arguments[0]));
        var server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newFixedThreadPool(Integer.parseInt(arguments[1])));
        server.createContext("/", exchange -> {
            var sum = 0L;
            for (int i = 0; i < 20000; i++)
                sum = sum * 31 + i;
            var body = (sum + "\n").getBytes();
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        System.out.println("{\"pids\":[" + ProcessHandle.current().pid() + "]}");
    }
}
