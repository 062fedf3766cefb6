import { randomUUID } from "node:crypto";
import { awsCaller } from "#infra/local/aws-json.ts";
import type { Faults } from "#infra/local/fault-injection.ts";
import { laptopConcurrency } from "#infra/local/lambda/concurrency.ts";
import type { HostedFunction } from "#infra/local/lambda/host.ts";
import type { Judge } from "#infra/local/service-proxy/authorizer.ts";
import type { Principals } from "#infra/local/service-proxy/principals.ts";
import type { Resources } from "#infra/local/template/resources.ts";
import { admission } from "./admission.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { type SourceDefinition, sourceDefinition } from "./definition.ts";
import { pollQueue, sqsSourceActions } from "./sqs.ts";
import { openStream, streamSourceActions } from "./stream.ts";
import type { Writes } from "./writes.ts";

interface Options {
  readonly resources: Resources;
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly principals: Principals;
  readonly judge: Judge;
  readonly services: { readonly origin: string; readonly region: string };
  /** Folder that keeps the progress of streams; in memory without one. */
  readonly data: string | undefined;
  readonly faults: Faults | undefined;
  /** Recent latency of the engine that functions wait for. */
  readonly latencyMs: () => number;
  /** Whether there is memory for one more environment. */
  readonly hasMemory: () => boolean;
  readonly writes: Writes;
  log(text: string): void;
}

/** Polls until aborted. */
type Poll = (signal: AbortSignal) => Promise<void>;

/**
 * Opens every event source mapping of the template; what it returns polls them all until aborted. Throws when a role
 * does not let its source be read.
 */
export async function openSources(options: Options): Promise<(signal: AbortSignal) => Promise<unknown>> {
  const polls: Poll[] = [];
  for (const resource of options.resources.ofType("AWS::Lambda::EventSourceMapping")) {
    const definition = sourceDefinition(resource);
    if (definition !== undefined) polls.push(await openSource(definition, options));
  }
  return (signal) => Promise.all(polls.map((poll) => poll(signal)));
}

async function openSource(definition: SourceDefinition, options: Options): Promise<Poll> {
  const { resources, services, faults, latencyMs, hasMemory, writes, log } = options;
  const { sourceArn, onFailureArn } = definition;
  const queues = resources.ofType("AWS::SQS::Queue");
  const queueByArn = (arn: string | undefined) => queues.find((queue) => queue.arn === arn);
  const fn = sourceFunction(definition, options);
  const call = awsCaller(services.origin, fn.accessKey, services.region);
  const shared = { definition, fn, call, region: services.region, faults, log };

  if (sourceArn.startsWith("arn:aws:dynamodb:")) {
    const onFailureUrl = queueByArn(onFailureArn)?.ref;
    if (onFailureArn !== undefined && onFailureUrl === undefined) {
      throw new Error(`${definition.id} reports failures to ${onFailureArn}, which is no queue of the template.`);
    }
    await assertReadable(definition, fn, streamSourceActions, options);
    return openStream({
      ...shared,
      writes,
      onFailureUrl,
      checkpoints: openCheckpoints(options.data, definition.id),
      now: () => new Date(),
      newId: randomUUID,
    });
  }
  const queue = queueByArn(sourceArn);
  if (queue === undefined) throw new Error(`${definition.id} polls ${sourceArn}, which is no queue of the template.`);
  await assertReadable(definition, fn, sqsSourceActions, options);
  // More pollers than functions that run at once would only hold messages back.
  const max = Math.min(definition.concurrency, laptopConcurrency);
  const admitted = admission({
    max,
    latencyMs,
    hasMemory: () => hasMemory() || fn.idle() > 0,
    now: performance.now.bind(performance),
  });
  return (signal) => pollQueue({ ...shared, queueUrl: queue.ref, admission: admitted }, signal);
}

function sourceFunction({ id, functionName }: SourceDefinition, { functions }: Options): HostedFunction {
  const fn = functions.get(functionName.replace(/^.*:function:/, ""));
  if (fn === undefined) throw new Error(`${id} feeds ${functionName}, which the template does not define.`);
  return fn;
}

/** AWS refuses to create a mapping whose function lacks a permission to poll; so does the laptop. */
async function assertReadable(
  { id, sourceArn }: SourceDefinition,
  fn: HostedFunction,
  actions: readonly string[],
  { principals, judge }: Options,
): Promise<void> {
  for (const action of actions) {
    const refusal = await judge(principals.byAccessKey(fn.accessKey), { action, resource: sourceArn });
    if (refusal !== undefined) throw new Error(`${id} cannot poll its source. ${refusal}`);
  }
}
