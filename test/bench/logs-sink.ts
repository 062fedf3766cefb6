import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";

/** CloudWatch Logs in a separate thread: reads each request, and responds with success. */
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().on("end", () => response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end("{}"));
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage(server.address()));
