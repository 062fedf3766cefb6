import * as z from "zod";
import { isJson } from "#infra/local/json.ts";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource, TemplateResources } from "#infra/local/template/resources.ts";
import { scheduleSchema } from "./rate.ts";

const constantOnly = z.never("a target here gets a constant Input or the whole event").optional();
const targetSchema = z.object({
  Arn: z.string(),
  Input: z.string().refine(isJson, "must be JSON").optional(),
  InputPath: constantOnly,
  InputTransformer: constantOnly,
});
/** What happens to resources of AWS: nothing of it happens here. */
const awsEventSchema = z.object({
  EventPattern: z.object({
    source: z.array(z.string().startsWith("aws.", "there is no event bus here: only events of AWS services")),
  }),
  ScheduleExpression: z.never().optional(),
});

const ruleSchema = z.object({
  EventPattern: z.never("there is no event bus here: rules run on a schedule only").optional(),
  ScheduleExpression: scheduleSchema,
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Targets: z.array(targetSchema).default([]),
});

/** An EventBridge rule that runs on a schedule, as the template defines it. */
export type ScheduleDefinition = {
  readonly id: string;
  readonly ruleArn: string;
  /** `null` for a rule that runs at times of day, which no laptop is relied on for. */
  readonly periodMs: number | null;
  /** The expression in the template. */
  readonly schedule: string;
  readonly targets: readonly ScheduleTarget[];
};

type ScheduleTarget = {
  readonly functionArn: string;
  /** JSON to hand over instead of the event. */
  readonly input: string | undefined;
};

/** Reads a rule; undefined when it is switched off, or is for events of AWS. Throws on a rule that is not hosted here. */
export function parseScheduleRule(resource: TemplateResource): ScheduleDefinition | undefined {
  if (awsEventSchema.safeParse(resource.properties).success) return undefined;
  const { ScheduleExpression, State, Targets } = parseProperties(ruleSchema, resource);
  if (State === "DISABLED") return undefined;
  return {
    id: resource.id,
    ruleArn: resource.arn ?? resource.ref,
    periodMs: ScheduleExpression,
    schedule: String(resource.properties.ScheduleExpression),
    targets: Targets.map(({ Arn, Input }) => ({ functionArn: Arn, input: Input })),
  };
}

/** The ARNs of the functions that rules with a rate run. */
export function scheduledFunctionArns(resources: TemplateResources): string[] {
  const rules = resources.ofType("AWS::Events::Rule").map(parseScheduleRule);
  const run = rules.filter((rule) => rule !== undefined && rule.periodMs !== null);
  return run.flatMap((rule) => rule?.targets.map(({ functionArn }) => functionArn) ?? []);
}
