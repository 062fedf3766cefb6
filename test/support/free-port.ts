import { createServer } from "node:http";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";

/** Returns a free port of the loopback interface. Another program may take it before it is used. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listenOnLoopback(server, 0));
  await closeServer(server);
  return Number(port);
}
