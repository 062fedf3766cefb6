import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as z from "zod";
import { CliError } from "#clients/cli/command-result.ts";
import { type Tally, tallySchema } from "./summary.ts";

const work = z.object({
  size: z.number(),
  modified: z.number(),
  log: z.string(),
  wait: z.boolean(),
  quiet: z.boolean(),
});

/** What is being done: the same file, unchanged, to the same log, with the same options. */
export type Work = z.infer<typeof work>;

const saved = z.object({ work, offset: z.int(), lines: z.int(), tally: tallySchema });

/** How far a run came: the lines before this place are done with. */
export type Progress = { readonly offset: number; readonly lines: number; readonly tally: Tally };

/** The progress of one file, kept beside it in `FILE.progress` while the work goes on. */
export type Checkpoint = {
  /** Where an interrupted run of the same work stopped; `null` where there was none. */
  load(): Promise<Progress | null>;
  save(progress: Progress): Promise<void>;
  remove(): Promise<void>;
};

/** Describes the work on a file. Throws `CliError` where the file cannot be read. */
export async function workOn(file: string, rest: Pick<Work, "log" | "wait" | "quiet">): Promise<Work> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new CliError("usage", `${file} is not a file.`);
    return { size: found.size, modified: found.mtimeMs, ...rest };
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("usage", `${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

export function checkpointOf(file: string, current: Work): Checkpoint {
  const path = `${file}.progress`;
  return {
    async load() {
      const text = await readFile(path, "utf8").catch(() => "null");
      const { data } = saved.safeParse(parseJson(text));
      return data !== undefined && isSameWork(data.work, current) ? data : null;
    },

    // Renaming is all or nothing: whenever the process ends, one whole state stands.
    async save(progress) {
      try {
        await writeFile(`${path}.new`, JSON.stringify({ work: current, ...progress }));
        await rename(`${path}.new`, path);
      } catch (cause) {
        throw new CliError(
          "failed",
          `${path}, which makes the work resumable, cannot be written: ${cause instanceof Error ? cause.message : cause}\nTo go without it, give the events on standard input: emit - < FILE`,
          { cause },
        );
      }
    },

    remove: () => rm(path, { force: true }),
  };
}

function isSameWork(left: Work, right: Work): boolean {
  return (
    left.size === right.size &&
    left.modified === right.modified &&
    left.log === right.log &&
    left.wait === right.wait &&
    left.quiet === right.quiet
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
