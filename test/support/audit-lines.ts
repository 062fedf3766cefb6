import { existsSync, readFileSync } from "node:fs";
import type { LocalRuntime } from "#infra/local/runtime.ts";
import { parseLines } from "#shared/audit/evaluate-query.ts";
import type { JsonObject } from "#shared/events/text/json.ts";

/** Returns the lines of an audit log of a running stack so far. */
export function auditLines({ logFiles }: Pick<LocalRuntime, "logFiles">, log: "events" | "access"): JsonObject[] {
  const file = logFiles[log] ?? "";
  return existsSync(file) ? [...parseLines(readFileSync(file, "utf8").split("\n"))] : [];
}

const accessMessages: ReadonlySet<unknown> = new Set(["request", "admin", "delivery"]);

/** Returns the lines of the access log that are not audit lines, except Lambda's reports of failed invocations. */
export function foreignLines({ logFiles }: Pick<LocalRuntime, "logFiles">): string[] {
  const file = logFiles.access ?? "";
  const texts = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return texts.filter((text) => {
    const [line] = parseLines([text]);
    return text !== "" && !accessMessages.has(line?.message) && !text.includes("\tERROR\tInvoke Error\t");
  });
}
