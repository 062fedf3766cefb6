import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { scheduledAttemptKey } from "#shared/platform/dynamodb/keys.ts";
import type { DeliveryAttempt } from "#shared/webhooks/deliveries/delivery.ts";
import {
  type ClaimResult,
  type Delivery,
  type DeliveryMessage,
  type DeliveryQuery,
  type DeliveryStore,
  deliveryIdPrefix,
  newDelivery,
  type ScheduledDelivery,
  type ScheduledDeliveryStore,
} from "#shared/webhooks/deliveries/delivery.ts";
import { shardOf } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import {
  compareByAge,
  type Endpoint,
  type EndpointChange,
  type EndpointReader,
  type EndpointStore,
  maxEndpointsPerOrg,
} from "#shared/webhooks/endpoints/endpoint.ts";
import { hashOrg } from "#shared/webhooks/endpoints/org-hash.ts";
import { limitIncrement, needsProbe, openUntil } from "#shared/webhooks/limits/circuit-breaker.ts";
import {
  type EndpointHealth,
  type EndpointHealthList,
  type EndpointHealthStore,
  initialHealth,
  type PermitLease,
} from "#shared/webhooks/limits/endpoint-health.ts";
import { slowAfterMs } from "#shared/webhooks/limits/latency.ts";
import type { OrgPermitStore } from "#shared/webhooks/limits/org-permits.ts";
import {
  isReplayActive,
  type Replay,
  type ReplayList,
  type ReplayListStore,
  type ReplayStore,
} from "#shared/webhooks/replays/replay.ts";
import { testNow } from "#test/support/builders.ts";

// The stores of webhooks in memory. Each method is atomic. The contract tests compare them with the DynamoDB stores.

/** Creates endpoint stores in memory. `onEvent` receives the event of each change. */
export function memoryEndpoints(
  onEvent: (event: ActivityEvent) => void = () => {},
  now: () => Date = () => testNow,
): EndpointStore & EndpointReader {
  const orgs = new Map<string, Map<string, Endpoint>>();
  const shards = new Map<number, Set<string>>();
  const changes: EndpointChange[] = [];
  const logChange = ({ org_id, endpoint_id, version }: Endpoint) =>
    changes.push({ change_id: `${now().toISOString()}#${endpoint_id}#${version}`, org_id, endpoint_id });
  const endpointsOf = (orgId: string) => orgs.get(orgId) ?? new Map<string, Endpoint>();
  const applyChange = (before: Endpoint, event: ActivityEvent, write: (endpoints: Map<string, Endpoint>) => void) => {
    const endpoints = endpointsOf(before.org_id);
    if (endpoints.get(before.endpoint_id)?.version !== before.version) return false;
    write(endpoints);
    logChange({ ...before, version: before.version + 1 });
    onEvent(event);
    return true;
  };

  return {
    async create(endpoint, event) {
      const endpoints = endpointsOf(endpoint.org_id);
      if (endpoints.size >= maxEndpointsPerOrg) throw new ActivityError("conflict", "There are too many endpoints.");
      if (endpoints.has(endpoint.endpoint_id)) throw new ActivityError("conflict", "The endpoint exists already.");
      orgs.set(endpoint.org_id, endpoints.set(endpoint.endpoint_id, endpoint));
      const { shard } = hashOrg(endpoint.org_id);
      shards.set(shard, (shards.get(shard) ?? new Set()).add(endpoint.org_id));
      logChange(endpoint);
      onEvent(event);
    },
    async list(orgId) {
      return [...endpointsOf(orgId).values()].sort(compareByAge);
    },
    async get(orgId, endpointId) {
      return orgs.get(orgId)?.get(endpointId) ?? null;
    },
    async update(before, after, event) {
      const next = { ...after, version: before.version + 1 };
      return applyChange(before, event, (endpoints) => endpoints.set(before.endpoint_id, next));
    },
    async remove(endpoint, event) {
      return applyChange(endpoint, event, (endpoints) => endpoints.delete(endpoint.endpoint_id));
    },
    async listOrgIds(shard) {
      return [...(shards.get(shard) ?? [])].sort();
    },
    async listChanges(since) {
      return changes.filter(({ change_id }) => change_id >= since);
    },
  };
}

type StoredEntry = {
  readonly delivery: Delivery;
  readonly leaseUntil: string | null;
  /** Whether it is in the index of pending and failed deliveries. */
  readonly isListed: boolean;
};

export function memoryDeliveries(): DeliveryStore {
  const endpoints = new Map<string, Map<string, StoredEntry>>();
  const attempts = new Map<string, Map<number, DeliveryAttempt>>();
  const deliveriesOf = (endpointId: string) => {
    const known = endpoints.get(endpointId) ?? new Map<string, StoredEntry>();
    endpoints.set(endpointId, known);
    return known;
  };
  const storeAttempt = ({ endpoint_id, delivery_id }: Delivery, attempt: DeliveryAttempt) => {
    const key = `${endpoint_id} ${delivery_id}`;
    attempts.set(key, (attempts.get(key) ?? new Map<number, DeliveryAttempt>()).set(attempt.number, attempt));
  };

  return {
    async claim(message, now, leaseSeconds) {
      const deliveries = deliveriesOf(message.endpoint_id);
      const entry = deliveries.get(message.delivery_id);
      const refused = entry === undefined ? null : refusalOf(entry, message, now);
      if (refused !== null) return refused;
      const { cycle, step } = message;
      const before = entry?.delivery ?? newDelivery(message, now, null);
      const delivery: Delivery = {
        ...before,
        cycle,
        step,
        status: "pending",
        reason: null,
        attempts: before.attempts + 1,
      };
      const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000).toISOString();
      deliveries.set(message.delivery_id, {
        delivery,
        leaseUntil,
        isListed: entry !== undefined || cycle > 0 || step > 0,
      });
      return { kind: "claimed", delivery };
    },
    async create(message, now, nextAttemptAt) {
      const deliveries = deliveriesOf(message.endpoint_id);
      if (deliveries.has(message.delivery_id)) return false;
      const delivery = newDelivery(message, now, nextAttemptAt);
      deliveries.set(message.delivery_id, { delivery, leaseUntil: null, isListed: true });
      return true;
    },
    async recordScheduled(message, now, nextAttemptAt) {
      const deliveries = deliveriesOf(message.endpoint_id);
      const entry = deliveries.get(message.delivery_id);
      if (entry !== undefined) {
        const { delivery, leaseUntil } = entry;
        const isSame = delivery.cycle === message.cycle && delivery.step === message.step;
        if (!isSame || delivery.status !== "pending" || leaseUntil !== null) return;
        deliveries.set(message.delivery_id, { ...entry, delivery: { ...delivery, next_attempt_at: nextAttemptAt } });
        return;
      }
      const delivery = newDelivery(message, now, nextAttemptAt);
      deliveries.set(message.delivery_id, { delivery, leaseUntil: null, isListed: true });
    },
    async record(delivery, attempt) {
      if (attempt !== null) storeAttempt(delivery, attempt);
      const deliveries = deliveriesOf(delivery.endpoint_id);
      const entry = deliveries.get(delivery.delivery_id);
      if (entry === undefined || !isCurrent(entry.delivery, delivery, attempt)) return;
      const isListed = delivery.status !== "succeeded";
      const { attempts: counted, created_at } = entry.delivery;
      const next = { ...delivery, created_at, attempts: isListed ? delivery.attempts : counted };
      deliveries.set(delivery.delivery_id, { delivery: next, leaseUntil: null, isListed });
    },
    async get(endpointId, deliveryId) {
      return endpoints.get(endpointId)?.get(deliveryId)?.delivery ?? null;
    },
    async attempts(endpointId, deliveryId) {
      const kept = attempts.get(`${endpointId} ${deliveryId}`) ?? new Map<number, DeliveryAttempt>();
      return [...kept.values()].sort((left, right) => left.number - right.number);
    },
    async page(query) {
      const matching = [...deliveriesOf(query.endpoint_id).values()]
        .filter((entry) => matchesQuery(entry, query))
        .map(({ delivery }) => delivery)
        .sort((left, right) => (left.delivery_id < right.delivery_id ? 1 : -1));
      const deliveries = matching.slice(0, query.limit);
      return { deliveries, next: matching.length > query.limit ? (deliveries.at(-1)?.delivery_id ?? null) : null };
    },
    async statuses(endpointId, deliveryIds) {
      const known = deliveriesOf(endpointId);
      const found = deliveryIds.flatMap((id) => {
        const entry = known.get(id);
        return entry === undefined ? [] : [[id, entry.delivery.status] as const];
      });
      return new Map(found);
    },
  };
}

function refusalOf(
  { delivery, leaseUntil }: StoredEntry,
  { cycle, step, resend }: DeliveryMessage,
  now: Date,
): ClaimResult | null {
  if (cycle < delivery.cycle || (!resend && delivery.status === "succeeded")) return { kind: "settled" };
  if (cycle === delivery.cycle && (step < delivery.step || delivery.status !== "pending")) return { kind: "settled" };
  return leaseUntil !== null && leaseUntil > now.toISOString() ? { kind: "busy", until: leaseUntil } : null;
}

function isCurrent(stored: Delivery, next: Delivery, attempt: DeliveryAttempt | null): boolean {
  if (next.cycle !== stored.cycle) return false;
  if (next.status === "succeeded") return true;
  const claimed = attempt === null ? next.attempts + 1 : next.attempts;
  return stored.status === "pending" && stored.attempts <= claimed;
}

function matchesQuery({ delivery, isListed }: StoredEntry, query: DeliveryQuery): boolean {
  const { delivery_id, status, event_type } = delivery;
  if (query.status !== null && query.status !== status) return false;
  if (query.status !== null && query.status !== "succeeded" && !isListed) return false;
  if (query.event_type !== null && query.event_type !== event_type) return false;
  if (query.since !== null && delivery_id < deliveryIdPrefix(query.since)) return false;
  if (query.until !== null && delivery_id > `${deliveryIdPrefix(query.until)}~`) return false;
  return query.after === null || delivery_id < query.after;
}

/** Fails a test whose endpoint cache gets a damaged change. */
export function failOnDamage({ change_id }: EndpointChange): never {
  throw new Error(`The change ${change_id} is damaged.`);
}

export function memoryEndpointHealth(): EndpointHealthStore & EndpointHealthList {
  const healths = new Map<string, EndpointHealth>();
  const read = (endpointId: string) => healths.get(endpointId) ?? initialHealth;
  return {
    async get(endpointId) {
      return read(endpointId);
    },
    async list(endpointIds) {
      const asked = new Set(endpointIds);
      return new Map([...healths].filter(([endpointId]) => asked.has(endpointId)));
    },
    async acquire(endpointId, lease, now, onlyIfFast = false) {
      const health = read(endpointId);
      if (health.leases.some(({ id }) => id === lease.id)) return { granted: true, health };
      const isClosed = openUntil(health, now) === null && !needsProbe(health);
      const isTooSlow = onlyIfFast && (health.latency_ms === null || health.latency_ms > slowAfterMs);
      if (isTooSlow) return { granted: false, health };
      if (!isClosed || health.available < lease.permits) return { granted: false, health };
      const leased = { ...health, available: health.available - lease.permits, leases: [...health.leases, lease] };
      healths.set(endpointId, leased);
      return { granted: true, health: leased };
    },
    async releaseUnused(endpointId, { id, permits }, used) {
      const health = read(endpointId);
      if (!health.leases.some((lease) => lease.id === id && lease.permits === permits)) return;
      const leases = health.leases.map((lease) => (lease.id === id ? { ...lease, permits: used } : lease));
      healths.set(endpointId, { ...health, available: health.available + permits - used, leases });
    },
    async release(endpointId, { id }, succeededAt, latencyMs = null) {
      const health = read(endpointId);
      const ended = health.leases.find((lease) => lease.id === id);
      if (ended === undefined) return;
      const leases = health.leases.filter((lease) => lease !== ended);
      const { permits } = ended;
      const last_success_at = succeededAt ?? health.last_success_at;
      const latency_ms = latencyMs ?? health.latency_ms;
      healths.set(endpointId, {
        ...health,
        available: health.available + permits,
        leases,
        last_success_at,
        latency_ms,
      });
    },
    async acquireProbe(endpointId, until, now) {
      const health = read(endpointId);
      if (!healths.has(endpointId) || (health.probe_until !== null && health.probe_until > now)) return false;
      healths.set(endpointId, { ...health, probe_until: until });
      return true;
    },
    async increaseLimit(endpointId, upTo) {
      const health = read(endpointId);
      if (!healths.has(endpointId) || health.limit > upTo - limitIncrement) return;
      const { version, limit, available } = health;
      healths.set(endpointId, {
        ...health,
        version: version + 1,
        limit: limit + limitIncrement,
        available: available + limitIncrement,
      });
    },
    async update(endpointId, before, after) {
      const { version, available, leases, latency_ms } = read(endpointId);
      if (version !== before.version) return false;
      const next = {
        ...after,
        latency_ms: after.latency_ms ?? latency_ms,
        version: version + 1,
        available: available + after.limit - before.limit,
        leases,
        probe_until: null,
      };
      healths.set(endpointId, next);
      return true;
    },
  };
}

export function memoryOrgPermits(): OrgPermitStore {
  const pools = new Map<string, readonly PermitLease[]>();
  const heldBy = (leases: readonly PermitLease[]) => leases.reduce((sum, { permits }) => sum + permits, 0);
  return {
    async acquire({ org_id, part, size }, lease) {
      const name = `${org_id} ${part}`;
      const leases = pools.get(name) ?? [];
      const held = heldBy(leases);
      if (leases.some(({ id }) => id === lease.id)) return { granted: true, held, leases };
      if (held + lease.permits > size) return { granted: false, held, leases };
      const granted = [...leases, lease];
      pools.set(name, granted);
      return { granted: true, held: heldBy(granted), leases: granted };
    },
    async release({ org_id, part }, { id }) {
      const name = `${org_id} ${part}`;
      pools.set(
        name,
        (pools.get(name) ?? []).filter((lease) => lease.id !== id),
      );
    },
  };
}

export function memoryScheduledDeliveries(): ScheduledDeliveryStore {
  /** By shard, in the order of the keys. */
  const shards = new Map<number, ScheduledDelivery[]>();
  const indexOf = (entries: readonly ScheduledDelivery[], key: string) => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle]?.key ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    async add(message, dueAt) {
      const shard = shardOf(message.delivery_id);
      const key = scheduledAttemptKey(shard, dueAt, message).sk;
      const entries = shards.get(shard) ?? [];
      shards.set(shard, entries);
      const at = indexOf(entries, key);
      entries.splice(at, entries[at]?.key === key ? 1 : 0, { message, shard, key });
    },
    async listDue(shard, now) {
      const entries = shards.get(shard) ?? [];
      return entries.slice(0, Math.min(indexOf(entries, `${now.toISOString()}$`), 100));
    },
    async remove(removed) {
      for (const { shard, key } of removed) {
        const entries = shards.get(shard) ?? [];
        const at = indexOf(entries, key);
        if (entries[at]?.key === key) entries.splice(at, 1);
      }
    },
  };
}

/** Creates the replay lists of organisations in memory. */
export function memoryReplayLists(): ReplayListStore {
  const lists = new Map<string, ReplayList>();
  const get = (orgId: string) => lists.get(orgId) ?? { replays: [], version: 0 };
  return {
    get: async (orgId) => get(orgId),
    async replace(orgId, { version }, replays) {
      if (get(orgId).version !== version) return false;
      lists.set(orgId, { replays, version: version + 1 });
      return true;
    },
  };
}

export function memoryReplays(): ReplayStore {
  const replays = new Map<string, Replay>();
  const keyOf = (endpointId: string, replayId: string) => `${endpointId} ${replayId}`;
  return {
    async save(replay) {
      replays.set(keyOf(replay.endpoint_id, replay.replay_id), replay);
    },
    async getActive(endpointId, now) {
      const isRunning = (replay: Replay) => replay.endpoint_id === endpointId && isReplayActive(replay, now);
      return [...replays.values()].find(isRunning) ?? null;
    },
    async get(endpointId, replayId) {
      return replays.get(keyOf(endpointId, replayId)) ?? null;
    },
  };
}
