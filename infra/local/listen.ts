import { once } from "node:events";
import type { Server } from "node:http";

/** Listens on the loopback interface only; 0 takes any free port. Returns the origin, as `http://127.0.0.1:3000`. */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new Error(`Port ${port} is in use: stop what uses it, or choose another one with --port (0: any free one)`);
    }
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}`;
}

/** Stops listening and drops the connections that are still open. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
