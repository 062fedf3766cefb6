import { createServer } from "node:https";
import { parentPort, workerData } from "node:worker_threads";

/** A webhook receiver in a separate thread: reads each request, and responds 204. */
const { cert, key }: { cert: string; key: string } = workerData;
const server = createServer({ cert, key, keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().on("end", () => response.writeHead(204).end());
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage(server.address()));
