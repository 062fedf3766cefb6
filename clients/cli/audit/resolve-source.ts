import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { unreachableMessage } from "#clients/cli/format-error.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { auditLogIndex } from "#shared/audit/local-log-index.ts";
import { parseJson } from "#shared/platform/json.ts";
import { createLogFileSource } from "./log-file-source.ts";
import type { AuditLogSource } from "./source.ts";

const fileName = z.string().refine((name) => basename(name) === name);
const index = z.object({ events: fileName, access: fileName });

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
    return createLogFileSource(await findLogFiles(folder, join(folder, "logs")));
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
  // Not the paths of the stack file, which could name any file of the user.
  return createLogFileSource(await findLogFiles(dirname(audit.events)));
}

/** Returns the log files of the first folder that has an index: those that it lists, and that lie in the folder. */
async function findLogFiles(...folders: [string, ...string[]]): Promise<Readonly<Record<"events" | "access", string>>> {
  for (const logs of folders) {
    const text = await readFile(join(logs, auditLogIndex), "utf8").catch(() => null);
    if (text === null) continue;
    const listed = index.safeParse(parseJson(text));
    if (!listed.success) throw new CliError("failed", `${join(logs, auditLogIndex)} is not valid.`);
    const { events, access } = listed.data;
    return { events: await resolveLogFile(logs, events), access: await resolveLogFile(logs, access) };
  }
  throw new CliError(
    "usage",
    `${folders[0]} has no ${auditLogIndex}. Give the log folder or data folder of a local stack.`,
  );
}

/** Returns the path of a log file, which may be missing. Throws `CliError` if it is a link. */
async function resolveLogFile(folder: string, name: string): Promise<string> {
  const file = join(await realpath(folder), name);
  const target = await realpath(file).catch(() => file);
  if (target !== file) throw new CliError("failed", `${join(folder, name)} is a link, not an audit log.`);
  return file;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
