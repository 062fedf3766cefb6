import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The id of the log in a data folder. A folder that is emptied and used again holds another log, and gets another id. */
export function getOrCreateLogId(data: string): string {
  const file = join(data, "log-id");
  if (!existsSync(file)) writeFileSync(file, randomUUID());
  return readFileSync(file, "utf8");
}
