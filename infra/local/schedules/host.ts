import type { HostedFunction } from "#infra/local/lambda/host.ts";
import type { Region } from "#infra/local/service-proxy/access.ts";
import type { Judge } from "#infra/local/service-proxy/authorizer.ts";
import type { Resources } from "#infra/local/template/resources.ts";
import type { Ticks } from "./clock.ts";
import { type ScheduleDefinition, scheduleDefinition } from "./definition.ts";

interface Options {
  readonly resources: Resources;
  readonly functions: ReadonlyMap<string, Pick<HostedFunction, "accept">>;
  readonly judge: Judge;
  readonly where: Region;
  readonly ticks: Ticks;
  readonly newId: () => string;
}

const eventBridge = { arn: "events.amazonaws.com", policies: [] };

export interface Schedules {
  /** Runs all rules that have a rate until aborted, each for the first time after one period. */
  run(signal: AbortSignal): Promise<unknown>;
  /** The other rules: id and schedule. */
  readonly notRun: readonly string[];
}

/**
 * Opens every scheduled rule of the template. Throws when a target is no function of the template, or does not let its
 * rule invoke it.
 */
export async function openSchedules(options: Options): Promise<Schedules> {
  const runs: ((signal: AbortSignal) => Promise<void>)[] = [];
  const notRun: string[] = [];
  for (const rule of options.resources.ofType("AWS::Events::Rule")) {
    const definition = scheduleDefinition(rule);
    if (definition === undefined) continue;
    const targets = await openTargets(definition, options);
    const { id, schedule, periodMs } = definition;
    if (periodMs === null) notRun.push(`${id}, ${schedule}`);
    else runs.push(runOf({ ...definition, periodMs }, targets, options));
  }
  return { run: (signal) => Promise.all(runs.map((run) => run(signal))), notRun };
}

interface Target {
  readonly fn: Pick<HostedFunction, "accept">;
  readonly functionArn: string;
  readonly input: string | undefined;
}

async function openTargets(definition: ScheduleDefinition, options: Options): Promise<Target[]> {
  const { functions, judge, where } = options;
  const { id, ruleArn } = definition;
  const context = { "aws:SourceArn": ruleArn, "aws:SourceAccount": where.account };
  const targets = definition.targets.map(({ functionArn, input }) => {
    const fn = functions.get(functionArn.replace(/^.*:function:/, ""));
    if (fn === undefined) throw new Error(`${id} runs ${functionArn}, which is no function of the template.`);
    return { fn, functionArn, input };
  });
  for (const { functionArn } of targets) {
    // EventBridge would drop each event without a word: better known before the first.
    const refusal = await judge(eventBridge, { action: "lambda:InvokeFunction", resource: functionArn, context });
    if (refusal !== undefined) throw new Error(`${id} cannot run its target. ${refusal}`);
  }
  return targets;
}

function runOf(
  { ruleArn, periodMs }: ScheduleDefinition & { periodMs: number },
  targets: readonly Target[],
  { ticks, newId, where }: Options,
) {
  return async (signal: AbortSignal): Promise<void> => {
    for await (const time of ticks(periodMs, signal)) {
      for (const { fn, input } of targets) fn.accept(input ?? scheduledEvent(newId(), time, ruleArn, where));
    }
  };
}

/** What EventBridge hands to a target without an input of its own. */
function scheduledEvent(id: string, time: Date, ruleArn: string, { account, region }: Region): string {
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
