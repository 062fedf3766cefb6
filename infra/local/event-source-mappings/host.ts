import { randomUUID } from "node:crypto";
import { createAwsCaller } from "#infra/local/aws-json.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { Authorize } from "#infra/local/iam/authorizer.ts";
import type { Principals } from "#infra/local/iam/principals.ts";
import { maxLocalConcurrency } from "#infra/local/lambda/concurrency.ts";
import { type EventSourceMapping, parseEventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import type { HostedFunction } from "#infra/local/lambda/host.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import { createAdaptiveLimit } from "./adaptive-limit.ts";
import { pollQueue, queuePollerActions } from "./queue-poller.ts";
import { openStreamCheckpoints } from "./stream-checkpoints.ts";
import { openStreamPoller, streamPollerActions } from "./stream-poller.ts";
import type { WriteCounter } from "./table-write-counter.ts";

type EventSourceMappingsOptions = {
  readonly resources: TemplateResources;
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly principals: Principals;
  readonly authorize: Authorize;
  readonly services: { readonly origin: string; readonly region: string };
  /** Folder that keeps the progress of streams; in memory without one. */
  readonly data: string | undefined;
  readonly faultInjector: FaultInjector | undefined;
  /** Recent latency of the engine that functions wait for. */
  readonly latencyMs: () => number;
  /** Returns whether memory allows another environment. */
  readonly hasMemory: () => boolean;
  readonly writes: WriteCounter;
  log(text: string): void;
};

/** Polls until aborted. */
type Poll = (signal: AbortSignal) => Promise<void>;

/**
 * Opens every event source mapping of the template; what it returns polls them all until aborted. Throws when a role
 * does not let its source be read.
 */
export async function openEventSourceMappings(
  options: EventSourceMappingsOptions,
): Promise<(signal: AbortSignal) => Promise<unknown>> {
  const polls: Poll[] = [];
  for (const resource of options.resources.ofType("AWS::Lambda::EventSourceMapping")) {
    const definition = parseEventSourceMapping(resource);
    if (definition !== undefined) polls.push(await openSource(definition, options));
  }
  return (signal) => Promise.all(polls.map((poll) => poll(signal)));
}

async function openSource(definition: EventSourceMapping, options: EventSourceMappingsOptions): Promise<Poll> {
  const { resources, services, faultInjector, latencyMs, hasMemory, writes, log } = options;
  const { sourceArn, onFailureArn } = definition;
  const queues = resources.ofType("AWS::SQS::Queue");
  const queueByArn = (arn: string | undefined) => queues.find((queue) => queue.arn === arn);
  const fn = sourceFunction(definition, options);
  const call = createAwsCaller(services.origin, fn.accessKey, services.region);
  const shared = { definition, fn, call, region: services.region, faultInjector, log };

  if (sourceArn.startsWith("arn:aws:dynamodb:")) {
    const onFailureUrl = queueByArn(onFailureArn)?.ref;
    if (onFailureArn !== undefined && onFailureUrl === undefined) {
      throw new Error(`${definition.id} reports failures to ${onFailureArn}, which is no queue of the template.`);
    }
    await assertReadable(definition, fn, streamPollerActions, options);
    return openStreamPoller({
      ...shared,
      writes,
      onFailureUrl,
      checkpoints: openStreamCheckpoints(options.data, definition.id),
      now: () => new Date(),
      newId: randomUUID,
    });
  }
  const queue = queueByArn(sourceArn);
  if (queue === undefined) throw new Error(`${definition.id} polls ${sourceArn}, which is no queue of the template.`);
  await assertReadable(definition, fn, queuePollerActions, options);
  // More pollers than concurrent invocations would only delay messages.
  const max = Math.min(definition.concurrency, maxLocalConcurrency);
  const admitted = createAdaptiveLimit({
    max,
    latencyMs,
    hasMemory: () => hasMemory() || fn.idle() > 0,
    now: performance.now.bind(performance),
  });
  return (signal) => pollQueue({ ...shared, queueUrl: queue.ref, limit: admitted }, signal);
}

function sourceFunction(
  { id, functionName }: EventSourceMapping,
  { functions }: EventSourceMappingsOptions,
): HostedFunction {
  const fn = functions.get(functionName.replace(/^.*:function:/, ""));
  if (fn === undefined) throw new Error(`${id} feeds ${functionName}, which the template does not define.`);
  return fn;
}

/** AWS refuses to create a mapping whose function lacks a permission to poll; so does the laptop. */
async function assertReadable(
  { id, sourceArn }: EventSourceMapping,
  fn: HostedFunction,
  actions: readonly string[],
  { principals, authorize }: EventSourceMappingsOptions,
): Promise<void> {
  for (const action of actions) {
    const refusal = await authorize(principals.byAccessKey(fn.accessKey), { action, resource: sourceArn });
    if (refusal !== undefined) throw new Error(`${id} cannot poll its source. ${refusal}`);
  }
}
