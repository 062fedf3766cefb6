import { Server } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";

// fauxqs listens on every interface and has no option for it. This thread holds nothing else, so here any server that
// asks for a port is given it on the loopback interface only; done before fauxqs is loaded.
const listen = Server.prototype.listen;
Server.prototype.listen = function listenOnLoopback(this: Server, ...args: unknown[]) {
  const callback = args.find((argument) => typeof argument === "function");
  return Reflect.apply(listen, this, [{ port: 0, host: "127.0.0.1" }, callback]);
};

// fauxqs refuses emoji and every other character beyond U+FFFF, which SQS takes: its pattern lacks the flag "u".
const types: unknown = await import(new URL("./sqs/sqsTypes.js", import.meta.resolve("fauxqs")).href);
const { INVALID_MESSAGE_BODY_CHAR: refused } = z
  .object({ INVALID_MESSAGE_BODY_CHAR: z.instanceof(RegExp) })
  .parse(types);
const refusedBySqs = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
refused.test = (body) => refusedBySqs.test(body);

const { data } = z.object({ data: z.string().optional() }).parse(workerData);
const { startFauxqs } = await import("fauxqs");
const server = await startFauxqs({ port: 0, logger: false, ...(data !== undefined && { dataDir: data }) });

parentPort?.once("message", async () => {
  await server.stop();
  parentPort?.postMessage("stopped");
});
parentPort?.postMessage({ port: server.port });
