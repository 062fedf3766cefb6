import { once } from "node:events";
import { createServer } from "node:http";
import { setImmediate as tick } from "node:timers/promises";
import type { LogSource } from "#clients/cli/export/log-source.ts";
import { formatEntryLine } from "#shared/ledger/pack/entry-line.ts";

export type ExportServer = {
  readonly url: string;
  /** Calls a function at a page, counted from now: while it is requested, or so many turns of the event loop after it was sent. */
  interruptAt(page: number, turnsAfter: number | null, interrupt: () => void): void;
  close(): void;
};

/** Serves a log over HTTP, as `activity export` requests it. */
export async function startExportServer(
  source: Pick<LogSource, "getCheckpoint" | "readEntries">,
): Promise<ExportServer> {
  let plan = { left: 0, turnsAfter: 0 as number | null, interrupt: () => {} };
  const server = createServer(async ({ url = "" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    if (pathname.endsWith("/checkpoint")) {
      response.end(await source.getCheckpoint(null));
      return;
    }
    const isLast = --plan.left === 0;
    if (isLast && plan.turnsAfter === null) return plan.interrupt();
    const entries = await source.readEntries(Number(searchParams.get("after")), Number(searchParams.get("limit")));
    response.end(entries.map((entry) => `${formatEntryLine(entry)}\n`).join(""));
    if (!isLast) return;
    await once(response, "finish");
    for (let turns = plan.turnsAfter ?? 0; turns > 0; turns--) await tick();
    plan.interrupt();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    interruptAt(page, turnsAfter, interrupt) {
      plan = { left: page, turnsAfter, interrupt };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
