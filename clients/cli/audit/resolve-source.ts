import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { unreachableMessage } from "#clients/cli/format-error.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { auditLogIndex } from "#shared/audit/local-log-index.ts";
import { createLogFileSource } from "./log-file-source.ts";
import type { AuditLogSource } from "./source.ts";

const index = z.object({ events: z.string(), access: z.string() });

/**
 * Resolves the audit logs of a folder, of a deployed stack, or of the running local stack. Throws `CliError` if they do not
 * exist, or if the local stack has stopped, because its files may be outdated.
 */
export async function resolveAuditLogSource(
  { stackName, folder }: { readonly stackName: string | undefined; readonly folder: string | undefined },
  context: CommandContext,
): Promise<AuditLogSource> {
  if (folder !== undefined) {
    if (stackName !== undefined) throw new CliError("usage", "Give --stack or --from-files, not both.");
    return createLogFileSource(await findLogFiles(folder));
  }
  const stack = await resolveStack(context, stackName);
  const { audit } = stack;
  if (audit.kind === "log-groups") {
    const { createInsightsSource } = await import("./insights-source.ts");
    return createInsightsSource(stack, context);
  }
  if (!isRunning(audit.pid)) {
    throw new CliError(
      "failed",
      `${unreachableMessage("its process has ended")} To read its old logs, give --from-files DIR.`,
    );
  }
  return createLogFileSource(audit);
}

/** Returns the log files of a log folder or of a data folder. */
async function findLogFiles(folder: string): Promise<Readonly<Record<"events" | "access", string>>> {
  for (const logs of [folder, join(folder, "logs")]) {
    const text = await readFile(join(logs, auditLogIndex), "utf8").catch(() => null);
    if (text === null) continue;
    const { events, access } = index.parse(JSON.parse(text));
    return { events: join(logs, events), access: join(logs, access) };
  }
  throw new CliError(
    "usage",
    `${folder} has no ${auditLogIndex}. Give the log folder or data folder of a local stack.`,
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
