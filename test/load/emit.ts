import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createOrganisation, listenOnFreePort, runCli } from "./organisation.ts";
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
  const alive = await listenOnFreePort(receiver);
  const closed = createServer();
  const dead = await listenOnFreePort(closed);
  closed.close();
  await createOrganisation(stack, org_id, [alive, dead]);

  const folder = mkdtempSync(join(tmpdir(), "activity-log-load-"));
  const file = join(folder, "events.ndjson");
  writeFileSync(file, `${Array.from({ length: events }, (_, n) => line(n)).join("\n")}\n`);
  const started = performance.now();
  try {
    const { code, out, err } = await runCli("emit", file, "--wait");
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

function line(n: number): string {
  const occurred_at = new Date().toISOString();
  return JSON.stringify({ org_id, action: "INVOICE_SENT", entity_type: "INVOICE", entity_id: `inv_${n}`, occurred_at });
}

/** Returns the number of invocations that timed out, from the logs of all functions. */
function timeouts(): number {
  const logs = join(project, ".local/memory/logs");
  return readdirSync(logs)
    .map((name) => readFileSync(join(logs, name), "utf8").split("Task timed out").length - 1)
    .reduce((sum, count) => sum + count, 0);
}
