import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { findTarget } from "#clients/cli/stack.ts";
import { stackGone } from "#clients/cli/stack-gone.ts";
import { auditLogIndex } from "#shared/audit/log-index.ts";
import { insights } from "./insights-source.ts";
import { logFiles } from "./log-files.ts";
import type { ReviewSource } from "./source.ts";

const index = z.object({ events: z.string(), access: z.string() });

/**
 * Finds the audit logs: of the folder `files`, else of the deployed stack, else of the local stack that runs. Throws
 * `CliError` where there are none, and where the local stack has ended: its files say nothing of what came after.
 */
export async function findReviewSource(
  { stack, files }: { readonly stack: string | undefined; readonly files: string | undefined },
  session: Session,
): Promise<ReviewSource> {
  if (files !== undefined) {
    if (stack !== undefined) throw new CliError("usage", "Give --stack or --from-files, not both.");
    return logFiles(await filesIn(files));
  }
  const target = await findTarget(session.cwd, stack);
  const { audit } = target;
  if (audit.kind === "groups") return insights(target, session);
  if (!isRunning(audit.pid)) {
    throw new CliError(
      "failed",
      `${stackGone("its process has ended")} To read the logs that it left: --from-files DIR.`,
    );
  }
  return logFiles(audit);
}

/** The files of a folder of logs, or of a data folder, which has such a folder. */
async function filesIn(folder: string): Promise<Readonly<Record<"events" | "access", string>>> {
  for (const logs of [folder, join(folder, "logs")]) {
    const text = await readFile(join(logs, auditLogIndex), "utf8").catch(() => null);
    if (text === null) continue;
    const { events, access } = index.parse(JSON.parse(text));
    return { events: join(logs, events), access: join(logs, access) };
  }
  throw new CliError("usage", `${folder} has no ${auditLogIndex}: it is no folder of a local stack's logs or data.`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
