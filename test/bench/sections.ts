import { measureAudit } from "./audit-throughput.ts";
import { measureStarts } from "./cold-start.ts";
import { type BenchEngine, startEngine } from "./engine.ts";
import { measureFanOut } from "./fanning-out.ts";
import { measureLog } from "./log.ts";
import type { Measure } from "./measure.ts";
import { measureSending } from "./sending.ts";
import { measureShards } from "./sharding.ts";
import { measureTelling } from "./webhook-latency.ts";

/** How a run is done, and how it tells where it is. */
export type Run = {
  /** Events of the long log. */
  readonly events: number;
  step(text: string): void;
};

/** Every part of the benchmark, in the order of a whole run. Each can be run alone. */
export const sections = {
  log: onEngine(measureLog),
  sharding: onEngine(measureShards),
  starting: onEngine(measureStarts),
  auditing: onEngine(measureAudit),
  "fanning-out": onEngine(measureFanOut),
  sending: ({ step }: Run) => {
    step("Sending webhooks");
    return measureSending();
  },
  telling: ({ step }: Run) => measureTelling(step),
};

export type SectionName = keyof typeof sections;

export const sectionNames = Object.keys(sections).filter(isSection);

export function isSection(name: string): name is SectionName {
  return Object.hasOwn(sections, name);
}

/** A section that has an engine of its own. */
function onEngine(measure: (engine: BenchEngine, run: Run) => Promise<Measure[]>) {
  return async (run: Run): Promise<Measure[]> => {
    run.step("Starting the engine");
    const engine = await startEngine();
    try {
      return await measure(engine, run);
    } finally {
      await engine.stop();
    }
  };
}
