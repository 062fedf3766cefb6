import { measureAudit } from "./audit-throughput.ts";
import { measureStarts } from "./cold-start/cold-start.ts";
import { type BenchEngine, startEngine } from "./engine.ts";
import { measureEntries } from "./ledger/entries.ts";
import { measureExport } from "./ledger/exporting.ts";
import { measureLog } from "./log/log.ts";
import { measureShards } from "./log/sharding.ts";
import type { BenchRun, Measure } from "./measure.ts";
import { measureFanOut } from "./webhooks/fan-out.ts";
import { measureSending } from "./webhooks/sending.ts";
import { measureWebhookLatency } from "./webhooks/webhook-latency.ts";

/** All sections, in the order of a complete run. Each can be run alone. */
export const sections = {
  log: onEngine(measureLog),
  sharding: onEngine(measureShards),
  "cold-start": onEngine(measureStarts),
  "audit-throughput": onEngine(measureAudit),
  "fan-out": onEngine(measureFanOut),
  ledger: ({ step }: BenchRun) => {
    step("Appending entries");
    return measureEntries();
  },
  export: ({ step }: BenchRun) => measureExport(step),
  sending: ({ step }: BenchRun) => {
    step("Sending webhooks");
    return measureSending();
  },
  "webhook-latency": ({ step }: BenchRun) => measureWebhookLatency(step),
};

export type SectionName = keyof typeof sections;

export const sectionNames = Object.keys(sections).filter(isSection);

export function isSection(name: string): name is SectionName {
  return Object.hasOwn(sections, name);
}

/** Creates a section that runs on its own DynamoDB Local. */
function onEngine(measure: (engine: BenchEngine, run: BenchRun) => Promise<Measure[]>) {
  return async (run: BenchRun): Promise<Measure[]> => {
    run.step("Starting the engine");
    const engine = await startEngine();
    try {
      return await measure(engine, run);
    } finally {
      await engine.stop();
    }
  };
}
