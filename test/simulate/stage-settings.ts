import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { environment } from "#infra/local/environment.ts";
import { synthesize } from "#infra/local/synthesize.ts";
import { readAssembly, type Template } from "#infra/local/template/assembly.ts";
import { withoutSourceMaps } from "#shared/platform/cdk-context.ts";
import type { EventSourceSettings } from "./event-source.ts";
import type { QueueSettings } from "./fair-queue.ts";

const QueueProperties = z.object({
  VisibilityTimeout: z.number(),
  RedrivePolicy: z.object({ maxReceiveCount: z.number() }),
});

const SourceProperties = z.object({
  BatchSize: z.number(),
  EventSourceArn: z.object({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) }),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }),
});

/** A queue of the template and the event source that consumes it. */
export type QueueConsumer = { readonly queue: QueueSettings; readonly source: EventSourceSettings };

/** Synthesizes the stack of the stage `prod`, as a deployment would. */
export async function prodTemplate(project: string): Promise<Template> {
  const assembly = mkdtempSync(join(tmpdir(), "activity-log-simulate-"));
  try {
    await synthesize({ project, assembly, environment, context: { stage: "prod", ...withoutSourceMaps } });
    return (await readAssembly(assembly)).template;
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
}

/** Returns the settings of a queue and its event source. `name` is the logical id of the queue without its hash. */
export function queueConsumer({ Resources }: Template, name: string): QueueConsumer {
  const [queueId, found] = Object.entries(Resources).find(([id]) => id.replace(/[0-9A-F]{8}$/, "") === name) ?? [];
  if (found === undefined) throw new Error(`The template has no queue ${name}.`);
  const { VisibilityTimeout, RedrivePolicy } = QueueProperties.parse(found.Properties);
  const sources = Object.values(Resources).filter(({ Type }) => Type === "AWS::Lambda::EventSourceMapping");
  for (const { Properties } of sources) {
    const source = SourceProperties.safeParse(Properties);
    if (!source.success || source.data.EventSourceArn["Fn::GetAtt"][0] !== queueId) continue;
    const { BatchSize, ScalingConfig } = source.data;
    return {
      queue: { visibilityMs: VisibilityTimeout * 1_000, maxReceives: RedrivePolicy.maxReceiveCount },
      source: { batchSize: BatchSize, maxConcurrency: ScalingConfig.MaximumConcurrency },
    };
  }
  throw new Error(`No event source of the template consumes ${name}.`);
}

const FunctionProperties = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) });

/** Returns the number in an environment variable of a function of the template. */
export function getNumberVariable({ Resources }: Template, variable: string): number {
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== "AWS::Lambda::Function") continue;
    const parsed = FunctionProperties.safeParse(Properties);
    const value = parsed.success ? parsed.data.Environment.Variables[variable] : undefined;
    if (value !== undefined) return Number(value);
  }
  throw new Error(`No function of the template has the variable ${variable}.`);
}
