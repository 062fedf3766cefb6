import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import * as z from "zod";
import type { RunningStack } from "./running-stack.ts";

const project = resolve(import.meta.dirname, "../..");
const org_id = "org_emit";

/**
 * Emits a file of events and waits until each one can be read, while the organisation has two webhook endpoints: one
 * that responds and one on a port without a listener.
 */
export async function emitBesideDeadEndpoint(stack: RunningStack, events: number): Promise<object> {
  const received = new Set<string>();
  const receiver = createServer(async (request, response) => {
    await request.toArray();
    received.add(String(request.headers["webhook-id"]));
    response.writeHead(204).end();
  });
  const alive = await portOf(receiver);
  const closed = createServer();
  const dead = await portOf(closed);
  closed.close();
  await createEndpoints(stack, [alive, dead]);

  const folder = mkdtempSync(join(tmpdir(), "activity-log-load-"));
  const file = join(folder, "events.ndjson");
  writeFileSync(file, `${Array.from({ length: events }, (_, n) => line(n)).join("\n")}\n`);
  const started = performance.now();
  try {
    const { code, out, err } = await activity("emit", file, "--wait");
    const seconds = (performance.now() - started) / 1_000;
    return {
      seconds: Math.round(seconds),
      perSecond: Math.round(events / seconds),
      code,
      said: out.trim(),
      progressLines: err.trim().split("\n").length,
      lastProgress: err.trim().split("\n").at(-1),
      deliveredSoFar: received.size,
      timeouts: timeouts(),
    };
  } finally {
    receiver.closeAllConnections();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createEndpoints(stack: RunningStack, ports: readonly number[]): Promise<void> {
  await activity("org", "create", org_id);
  const issued = await activity("token", "create", "--org", org_id, "--scope", "AIBooks.fullaccess.all", "--json");
  const { secret } = z.object({ secret: z.string() }).parse(JSON.parse(issued.out));
  for (const port of ports) {
    const response = await fetch(`${stack.api}/api/public/v1/webhooks/endpoints`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/`, events: ["*"] }),
    });
    if (response.status !== 201) throw new Error(`No endpoint was made: ${await response.text()}`);
  }
}

function line(n: number): string {
  const occurred_at = new Date().toISOString();
  return JSON.stringify({ org_id, action: "INVOICE_SENT", entity_type: "INVOICE", entity_id: `inv_${n}`, occurred_at });
}

async function activity(...args: string[]) {
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

/** Returns the number of invocations that timed out, from the logs of all functions. */
function timeouts(): number {
  const logs = join(project, ".local/memory/logs");
  return readdirSync(logs)
    .map((name) => readFileSync(join(logs, name), "utf8").split("Task timed out").length - 1)
    .reduce((sum, count) => sum + count, 0);
}

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}
