import { fork } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";
import { type Measure, measure } from "./measure.ts";
import type { Run, SectionName } from "./sections.ts";

/** What the process of a section says: where it is, and in the end what it measured. */
export type SectionMessage = z.infer<typeof message>;

const message = z.union([z.object({ step: z.string() }), z.object({ measures: z.array(measure) })]);

/** Runs a section in a process of its own: what another one left in memory would make it slower. */
export async function runSection(name: SectionName, { events, step }: Run): Promise<readonly Measure[]> {
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
