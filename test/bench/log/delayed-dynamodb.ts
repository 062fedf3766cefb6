import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";

/**
 * DynamoDB in a separate thread: forwards each distinct request to the engine once, and repeats the recorded response
 * after a fixed time. Concurrent requests take no longer than one, as on AWS.
 */
const { engine, latencyMs } = z.object({ engine: z.string(), latencyMs: z.number() }).parse(workerData);

type RecordedResponse = { readonly status: number; readonly text: string };

const responses = new Map<string, Promise<RecordedResponse>>();

async function forward(body: string, { headers }: IncomingMessage): Promise<RecordedResponse> {
  const { authorization = "", "content-type": type = "", "x-amz-target": target = "" } = headers;
  const forwarded = { authorization, "content-type": type, "x-amz-target": String(target) };
  const response = await fetch(engine, { method: "POST", headers: forwarded, body });
  return { status: response.status, text: await response.text() };
}

const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
  const due = delay(latencyMs);
  const body = Buffer.concat(await request.toArray()).toString();
  const key = `${request.headers["x-amz-target"]} ${body}`;
  const recorded = responses.get(key) ?? forward(body, request);
  responses.set(key, recorded);
  const { status, text } = await recorded;
  await due;
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage(server.address()));
