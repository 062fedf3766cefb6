import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as z from "zod";
import { CliError } from "#clients/cli/command-result.ts";
import { parseJson } from "#shared/platform/json.ts";
import { type EmitSummary, emitSummarySchema } from "./summary.ts";

const jobSchema = z.object({
  size: z.number(),
  modified: z.number(),
  log: z.string(),
  wait: z.boolean(),
  quiet: z.boolean(),
});

/** Identifies the work: the same unchanged file, log and options. */
export type EmitJob = z.infer<typeof jobSchema>;

const checkpointSchema = z.object({ job: jobSchema, offset: z.int(), lines: z.int(), summary: emitSummarySchema });

/** The progress of a run: all lines before `offset` are processed. */
export type EmitProgress = { readonly offset: number; readonly lines: number; readonly summary: EmitSummary };

/** Keeps the progress of a file in `FILE.progress` until the work is done. */
export type EmitCheckpoint = {
  /** Returns the progress of an interrupted run of the same work, or `null`. */
  load(): Promise<EmitProgress | null>;
  save(progress: EmitProgress): Promise<void>;
  remove(): Promise<void>;
};

/** Describes the work on a file. Throws `CliError` if the file cannot be read. */
export async function describeJob(file: string, rest: Pick<EmitJob, "log" | "wait" | "quiet">): Promise<EmitJob> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new CliError("usage", `${file} is not a file.`);
    return { size: found.size, modified: found.mtimeMs, ...rest };
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("usage", `Cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

export function createCheckpoint(file: string, current: EmitJob): EmitCheckpoint {
  const path = `${file}.progress`;
  return {
    async load() {
      const text = await readFile(path, "utf8").catch(() => "null");
      const { data } = checkpointSchema.safeParse(parseJson(text));
      return data !== undefined && isSameJob(data.job, current) ? data : null;
    },

    // Renaming is atomic: the file is complete whenever the process ends.
    async save(progress) {
      try {
        await writeFile(`${path}.new`, JSON.stringify({ job: current, ...progress }));
        await rename(`${path}.new`, path);
      } catch (cause) {
        throw new CliError(
          "failed",
          `Cannot write the progress file ${path}: ${cause instanceof Error ? cause.message : cause}\nTo emit without it: emit - < FILE`,
          { cause },
        );
      }
    },

    remove: () => rm(path, { force: true }),
  };
}

function isSameJob(left: EmitJob, right: EmitJob): boolean {
  return (
    left.size === right.size &&
    left.modified === right.modified &&
    left.log === right.log &&
    left.wait === right.wait &&
    left.quiet === right.quiet
  );
}
