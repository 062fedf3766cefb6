import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { FaultLog } from "#test/soak/faults/fault-log.ts";
import type { SoakStack } from "#test/soak/stack.ts";
import type { ServerErrors } from "./soak-result.ts";

const accessLineSchema = z.object({
  time: z.string(),
  route: z.string(),
  status: z.coerce.number(),
  latency_ms: z.coerce.number(),
});

/** Reads the access logs of the API. Returns the responses 5xx, and which of them no injected fault explains. */
export function readServerErrors({ logs, functions }: SoakStack, faults: FaultLog): ServerErrors {
  const lines = readdirSync(logs)
    .filter((file) => /AccessLog/i.test(file))
    .flatMap((file) => readFileSync(join(logs, file), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => ({ line, ...accessLineSchema.parse(JSON.parse(line)) }));
  const errors = lines.filter(({ status }) => status >= 500);
  const unexplained = errors.filter(({ time, route, latency_ms }) => {
    const from = parseTime(time);
    const name = route.includes("/webhooks/") ? functions.webhooks : functions.finzbooks;
    // The times of the log are whole seconds.
    return !faults.explains(name ?? "", from, from + 1_000 + latency_ms);
  });
  return { total: errors.length, unexplained: unexplained.map(({ line }) => line) };
}

/** Parses times such as `11/May/2026:08:30:12 +0000`. */
function parseTime(text: string): number {
  const [, day, month, year, time] = /^(\d+)\/(\w+)\/(\d+):(\S+)/.exec(text) ?? [];
  return Date.parse(`${day} ${month} ${year} ${time} UTC`);
}
