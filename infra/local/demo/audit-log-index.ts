import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { LocalRuntime } from "#infra/local/runtime.ts";
import { auditLogIndex } from "#shared/audit/local-log-index.ts";

/** Records which files of a log folder are the audit logs. The command line reads no others. */
export function writeAuditLogIndex(
  { logFiles: { events = "", access = "" } }: Pick<LocalRuntime, "logFiles">,
  logs: string,
): void {
  mkdirSync(logs, { recursive: true });
  const files = { events: basename(events), access: basename(access) };
  writeFileSync(join(logs, auditLogIndex), `${JSON.stringify(files)}\n`);
}
