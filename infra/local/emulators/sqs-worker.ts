import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import "./fauxqs-patches.ts";

const { data } = z.object({ data: z.string().optional() }).parse(workerData);
const { startFauxqs } = await import("fauxqs");
const server = await startFauxqs({ port: 0, logger: false, ...(data !== undefined && { dataDir: data }) });

parentPort?.once("message", async () => {
  await server.stop();
  parentPort?.postMessage("stopped");
});
parentPort?.postMessage({ port: server.port });
