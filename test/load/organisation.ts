import { spawn } from "node:child_process";
import { once } from "node:events";
import type { createServer } from "node:http";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import * as z from "zod";
import type { RunningStack } from "./running-stack.ts";

const project = resolve(import.meta.dirname, "../..");

/** Creates an organisation with a webhook endpoint for all events at each of the ports. */
export async function createOrganisation(stack: RunningStack, org_id: string, ports: readonly number[]): Promise<void> {
  await runCli("org", "create", org_id);
  const issued = await runCli("token", "create", "--org", org_id, "--scope", "AIBooks.fullaccess.all", "--json");
  const { secret } = z.object({ secret: z.string() }).parse(JSON.parse(issued.out));
  for (const port of ports) {
    const response = await fetch(`${stack.api}/api/public/v1/webhooks/endpoints`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/`, events: ["*"] }),
    });
    if (response.status !== 201) throw new Error(`No endpoint was created: ${await response.text()}`);
  }
}

/** Runs a command of the command line against the running stack. */
export async function runCli(...args: string[]) {
  const child = spawn(execPath, [join(project, "clients/cli/main.ts"), ...args], { cwd: project });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, "close");
  return { code, out, err };
}

/** Starts a server on a free port of the loopback interface; returns the port. */
export async function listenOnFreePort(server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}
