import { isDeepStrictEqual } from "node:util";
import { keptForDays } from "./delivery.ts";
import { changedBy, type Endpoint } from "./endpoint.ts";
import { type Changes, type Requester, requestedEvent, withoutPath } from "./endpoint-events.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import { changing, type EndpointSettings, refuseDuplicate } from "./endpoints.ts";
import { initialHealth } from "./health.ts";
import type { ManageWorld } from "./manage-world.ts";
import type { Replay } from "./replay.ts";
import { patienceMs } from "./retry.ts";

/** The settings that are to change. */
export type EndpointPatch = { readonly [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined };

/** What an endpoint did not get while it was disabled, as a replay can bring it. */
export type Missed = Pick<Replay, "since" | "until" | "only">;

/**
 * Changes an endpoint; where nothing would change, nothing is written. Who enables one again starts with a clean
 * record, and learns what was missed. Throws `ActivityError`: `not_found`, `invalid_value` for a bad URL, `conflict`
 * for changes at once, and for what another endpoint with the same URL is sent already.
 */
export async function updateEndpoint(
  world: ManageWorld,
  requester: Requester,
  endpointId: string,
  patch: EndpointPatch,
): Promise<{ readonly endpoint: Endpoint; readonly missed: Missed | null }> {
  const checked = patch.url === undefined ? patch : { ...patch, url: readEndpointUrl(patch.url, world.rules) };
  return changing(world, requester, endpointId, async (before) => {
    const at = world.now().toISOString();
    const after = { ...patched(before, checked, at), changed_by: changedBy(before, requester.token_id) };
    const changes = changesOf(before, after);
    if (Object.keys(changes).length === 0) return { endpoint: before, missed: null };
    const disabledAt = after.disabled === null ? (before.disabled?.at ?? null) : null;
    if (changes.url || changes.events || changes.entity_id) await refuseDuplicate(world, requester.org_id, after);
    const isAnother = disabledAt !== null || after.url !== before.url;
    if (isAnother && !(await forgetFailures(world, endpointId))) return null;
    const event = requestedEvent(before, requester, { ...verbOf(changes, after), changes }, at);
    if (!(await world.endpoints.update(before, after, event))) return null;
    return { endpoint: after, missed: disabledAt === null ? null : missedSince(disabledAt, at) };
  });
}

function patched(before: Endpoint, patch: EndpointPatch, at: string): Endpoint {
  const { url = before.url, events = before.events, enabled = before.disabled === null } = patch;
  const { entity_id = before.entity_id, description = before.description } = patch;
  const disabled = enabled ? null : (before.disabled ?? ({ reason: "owner", at } as const));
  return { ...before, url, events, entity_id, description, disabled, updated_at: at, version: before.version + 1 };
}

/** What the owner sees change. Of a URL only what is no secret is told, so a new path shows as the same address. */
function changesOf(before: Endpoint, after: Endpoint): Changes {
  const [old, current] = [facts(before), facts(after)];
  const changes = Object.entries(current).flatMap(([name, value]) => {
    const was = old[name];
    return isDeepStrictEqual(was, value) ? [] : [[name, { old: told(name, was), new: told(name, value) }] as const];
  });
  return Object.fromEntries(changes);
}

function facts({ url, events, entity_id, description, disabled }: Endpoint): Readonly<Record<string, unknown>> {
  return { url, events, entity_id, description, status: disabled === null ? "enabled" : "disabled" };
}

function told(name: string, value: unknown): unknown {
  return name === "url" ? withoutPath(String(value)) : value;
}

function verbOf({ status }: Changes, { disabled }: Endpoint) {
  if (status === undefined) return { verb: "UPDATED" } as const;
  if (disabled === null) return { verb: "ENABLED" } as const;
  return { verb: "DISABLED", metadata: { reason: disabled.reason } } as const;
}

/**
 * An endpoint that is enabled again, or another one, would be disabled by its next failure if the old ones still
 * counted.
 */
async function forgetFailures({ health }: ManageWorld, endpointId: string): Promise<boolean> {
  const before = await health.read(endpointId);
  return health.write(endpointId, before, { ...initialHealth, last_success_at: before.last_success_at });
}

/**
 * From what was still being tried when the endpoint was disabled. Beyond the time for which deliveries are kept nobody
 * knows which of them failed; while disabled all of them did.
 */
function missedSince(disabledAt: string, until: string): Missed {
  const since = new Date(Date.parse(disabledAt) - patienceMs).toISOString();
  const isKept = Date.parse(until) - Date.parse(since) < keptForDays * 86_400_000;
  return { since, until, only: isKept ? "failed" : "all" };
}
