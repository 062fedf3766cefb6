import { existsSync, readFileSync } from "node:fs";
import type { LocalStack } from "../../infra/local/stack.ts";
import type { JsonObject } from "../../shared/events/json.ts";
import { readLines } from "../../shared/review/evaluate.ts";

/** The lines of one of a running stack's audit logs that are written so far. */
export function auditLines({ logFiles }: Pick<LocalStack, "logFiles">, log: "events" | "access"): JsonObject[] {
  const file = logFiles[log] ?? "";
  return existsSync(file) ? [...readLines(readFileSync(file, "utf8").split("\n"))] : [];
}
