import { Random } from "#infra/local/demo/random.ts";
import { EventLoop } from "./event-loop.ts";
import { EventSource, type EventSourceSettings } from "./event-source.ts";
import { FairQueue, type QueuedMessage, type QueueSettings } from "./fair-queue.ts";
import { Partition } from "./partition.ts";
import { type Percentiles, percentilesOf } from "./percentiles.ts";

/** Assumed duration of a conditional put, and of one SendMessageBatch. */
const putMs = 8;
const sendMs = 15;

/**
 * Assumed share of quiet organisations whose index keys are in the partition of the importing one until DynamoDB
 * isolates its key; a bad case.
 */
const sharingPartition = 0.25;
const isolatedAfterMs = 300_000;

const importPerSecond = 10_000;

export type ImportOptions = {
  readonly seed: number;
  readonly queue: QueueSettings;
  readonly source: EventSourceSettings;
  readonly imported: number;
  readonly shards: number;
  readonly quiet: { readonly orgs: number; readonly perSecond: number };
  /** Creates the policy of one instance of the function. */
  createPolicy(random: () => number): IngestPolicy;
};

/** When an instance of the ingest function defers events. It may remember the organisations that were throttled. */
export type IngestPolicy = {
  /** Returns for how long to defer an event without writing it; `null` to write it. */
  deferralBeforePutMs(event: SentEvent, now: number): number | null;
  /** Returns for how many milliseconds to defer an event whose write was throttled; `null` to fail its message. */
  onThrottled(event: SentEvent, now: number): number | null;
  onStored(event: SentEvent, now: number): void;
};

export type ImportResult = {
  /** From sending to storing. */
  readonly quiet: Percentiles;
  readonly imported: {
    readonly stored: number;
    readonly deadLetters: number;
    readonly perSecond: number;
    readonly seconds: number;
  };
  readonly quietDeadLetters: number;
  readonly throttledWrites: number;
  readonly deferrals: number;
  readonly mostInFlight: number;
  readonly refusedReceives: number;
};

export type SentEvent = {
  readonly orgId: string;
  readonly shard: number;
  readonly sentAt: number;
  deferrals: number;
};

const importer = "importer";

/** Simulates one organisation that imports its history while many others write, and measures how long the others wait. */
export function simulateImport(options: ImportOptions, progress: (stored: number) => void): ImportResult {
  const { quiet, imported, shards } = options;
  const random = new Random(options.seed);
  const loop = new EventLoop();
  const queue = new FairQueue<SentEvent>(loop, options.queue);
  const keys = Array.from({ length: shards }, () => new Partition(loop));
  const others = new Map<string, Partition>();
  const quietTimes: number[] = [];
  const result = { stored: 0, throttled: 0, deferrals: 0, lastStoredAt: 0 };

  const partitionOf = ({ orgId: org, shard }: SentEvent): Partition => {
    const isSharing = Number(org.slice(1)) < quiet.orgs * sharingPartition && loop.now < isolatedAfterMs;
    const key = org === importer ? keys[shard] : isSharing ? keys[0] : others.get(org);
    const partition = key ?? new Partition(loop);
    if (key === undefined) others.set(org, partition);
    return partition;
  };

  const store = (event: SentEvent): void => {
    if (event.orgId !== importer) {
      quietTimes.push(loop.now + putMs - event.sentAt);
      return;
    }
    result.stored += 1;
    result.lastStoredAt = loop.now;
    if (result.stored % 100_000 === 0) progress(result.stored);
  };

  const policies = new Map<number, IngestPolicy>();
  const policyOf = (instance: number): IngestPolicy => {
    const policy = policies.get(instance) ?? options.createPolicy(() => random.next());
    policies.set(instance, policy);
    return policy;
  };

  const defer = (message: QueuedMessage<SentEvent>, delayMs: number): void => {
    const { body, group } = message;
    result.deferrals += 1;
    body.deferrals += 1;
    // SQS delays by whole seconds.
    queue.send(group.name, body, Math.ceil(delayMs / 1_000) * 1_000);
  };

  new EventSource(loop, queue, options.source, (instance, batch, done) => {
    const policy = policyOf(instance);
    const failed: QueuedMessage<SentEvent>[] = [];
    const deferred: [QueuedMessage<SentEvent>, number][] = [];
    for (const message of batch) {
      const { body } = message;
      const heldMs = policy.deferralBeforePutMs(body, loop.now);
      if (heldMs !== null) {
        deferred.push([message, heldMs]);
      } else if (partitionOf(body).take()) {
        store(body);
        policy.onStored(body, loop.now);
      } else {
        result.throttled += 1;
        const delayMs = policy.onThrottled(body, loop.now);
        if (delayMs === null) failed.push(message);
        else deferred.push([message, delayMs]);
      }
    }
    const callsMs = deferred.length < batch.length ? putMs * (1 + random.next()) : 0;
    loop.after(callsMs + (deferred.length > 0 ? sendMs : 0), () => {
      for (const [message, delayMs] of deferred) defer(message, delayMs);
      done({ handled: batch.filter((message) => !failed.includes(message)), failed });
    });
  });

  sendImport(loop, queue, { imported, shards, random });
  const isImported = () => result.stored + queue.deadLetters.length >= imported;
  sendQuiet(loop, queue, { ...quiet, random, isOver: isImported });
  loop.run();
  const quietDeadLetters = queue.deadLetters.filter(({ body }) => body.orgId !== importer).length;
  return {
    quiet: percentilesOf(quietTimes),
    imported: {
      stored: result.stored,
      deadLetters: queue.deadLetters.length - quietDeadLetters,
      perSecond: (result.stored / result.lastStoredAt) * 1_000,
      seconds: result.lastStoredAt / 1_000,
    },
    quietDeadLetters,
    throttledWrites: result.throttled,
    deferrals: result.deferrals,
    mostInFlight: queue.mostInFlight,
    refusedReceives: queue.refusedReceives,
  };
}

/** Sends ten events per call, as the emitter does. */
function sendImport(
  loop: EventLoop,
  queue: FairQueue<SentEvent>,
  { imported, shards, random }: { imported: number; shards: number; random: Random },
): void {
  const perCall = 10;
  let sent = 0;
  const send = () => {
    for (let n = 0; n < perCall && sent < imported; n++, sent++) {
      queue.send(importer, { orgId: importer, shard: random.between(0, shards - 1), sentAt: loop.now, deferrals: 0 });
    }
    if (sent < imported) loop.after((perCall / importPerSecond) * 1_000, send);
  };
  send();
}

/** Sends events of quiet organisations at random times until the import is over, and for at least a minute. */
function sendQuiet(
  loop: EventLoop,
  queue: FairQueue<SentEvent>,
  options: { orgs: number; perSecond: number; random: Random; isOver: () => boolean },
): void {
  const { orgs, perSecond, random, isOver } = options;
  const send = () => {
    const org = `q${random.between(0, orgs - 1)}`;
    queue.send(org, { orgId: org, shard: 0, sentAt: loop.now, deferrals: 0 });
    if (isOver() && loop.now > 60_000) return;
    loop.after((-Math.log(1 - random.next()) / perSecond) * 1_000, send);
  };
  send();
}
