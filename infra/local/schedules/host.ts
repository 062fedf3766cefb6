import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import type { Authorize } from "#infra/local/iam/authorizer.ts";
import type { HostedFunction } from "#infra/local/lambda/host.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import type { ScheduleClock } from "./clock.ts";
import { parseScheduleRule, type ScheduleDefinition } from "./schedule-definition.ts";

type SchedulesOptions = {
  readonly resources: TemplateResources;
  readonly functions: ReadonlyMap<string, Pick<HostedFunction, "invokeAsync">>;
  readonly authorize: Authorize;
  readonly awsEnvironment: AwsEnvironment;
  readonly clock: ScheduleClock;
  readonly newId: () => string;
};

const eventBridge = { arn: "events.amazonaws.com", policies: [] };

export type Schedules = {
  /** Runs all rules that have a rate until aborted, each for the first time after one period. */
  run(signal: AbortSignal): Promise<unknown>;
  /** The other rules: id and schedule. */
  readonly notRun: readonly string[];
};

/**
 * Opens every scheduled rule of the template. Throws when a target is no function of the template, or does not let its
 * rule invoke it.
 */
export async function openSchedules(options: SchedulesOptions): Promise<Schedules> {
  const runs: ((signal: AbortSignal) => Promise<void>)[] = [];
  const notRun: string[] = [];
  for (const rule of options.resources.ofType("AWS::Events::Rule")) {
    const definition = parseScheduleRule(rule);
    if (definition === undefined) continue;
    const targets = await openTargets(definition, options);
    const { id, schedule, periodMs } = definition;
    if (periodMs === null) notRun.push(`${id}, ${schedule}`);
    else runs.push(createScheduleRunner({ ...definition, periodMs }, targets, options));
  }
  return { run: (signal) => Promise.all(runs.map((run) => run(signal))), notRun };
}

type HostedTarget = {
  readonly fn: Pick<HostedFunction, "invokeAsync">;
  readonly functionArn: string;
  readonly input: string | undefined;
};

async function openTargets(definition: ScheduleDefinition, options: SchedulesOptions): Promise<HostedTarget[]> {
  const { functions, authorize, awsEnvironment } = options;
  const { id, ruleArn } = definition;
  const context = { "aws:SourceArn": ruleArn, "aws:SourceAccount": awsEnvironment.account };
  const targets = definition.targets.map(({ functionArn, input }) => {
    const fn = functions.get(functionArn.replace(/^.*:function:/, ""));
    if (fn === undefined) throw new Error(`${id} runs ${functionArn}, which is no function of the template.`);
    return { fn, functionArn, input };
  });
  for (const { functionArn } of targets) {
    // EventBridge would drop each event without a word: better known before the first.
    const refusal = await authorize(eventBridge, { action: "lambda:InvokeFunction", resource: functionArn, context });
    if (refusal !== undefined) throw new Error(`${id} cannot run its target. ${refusal}`);
  }
  return targets;
}

function createScheduleRunner(
  { ruleArn, periodMs }: ScheduleDefinition & { periodMs: number },
  targets: readonly HostedTarget[],
  { clock, newId, awsEnvironment }: SchedulesOptions,
) {
  return async (signal: AbortSignal): Promise<void> => {
    for await (const time of clock(periodMs, signal)) {
      for (const { fn, input } of targets)
        fn.invokeAsync(input ?? scheduledEvent(newId(), time, ruleArn, awsEnvironment));
    }
  };
}

/** Returns the event that EventBridge sends to a target without an input. */
function scheduledEvent(id: string, time: Date, ruleArn: string, { account, region }: AwsEnvironment): string {
  return JSON.stringify({
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region,
    resources: [ruleArn],
    detail: {},
  });
}
