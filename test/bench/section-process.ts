import { fork } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";
import type { BenchRun } from "./measure.ts";
import { type Measure, measure } from "./measure.ts";
import type { SectionName } from "./sections.ts";

/** A message of the process of a section: its progress or, at the end, its measures. */
export type SectionMessage = z.infer<typeof message>;

const message = z.union([z.object({ step: z.string() }), z.object({ measures: z.array(measure) })]);

/** Runs a section in its own process, so that the memory use of earlier sections does not slow it down. */
export async function runSection(name: SectionName, { events, step }: BenchRun): Promise<readonly Measure[]> {
  const child = fork(join(import.meta.dirname, "section-main.ts"), [name, String(events)], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    let measures: readonly Measure[] | undefined;
    child.on("message", (said) => {
      const heard = message.safeParse(said);
      if (!heard.success) {
        reject(heard.error);
        child.kill();
      } else if ("step" in heard.data) step(heard.data.step);
      else measures = heard.data.measures;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 && measures !== undefined) resolve(measures);
      else reject(new Error(`The section ${name} ended with code ${code} before it was done.`));
    });
  });
}
