import { isDeepStrictEqual } from "node:util";
import { ActivityError } from "#shared/errors.ts";
import { keptForDays } from "#shared/webhooks/deliveries/delivery.ts";
import { patienceMs } from "#shared/webhooks/deliveries/retry-policy.ts";
import { initialHealth } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { changedBy, type Endpoint } from "./endpoint.ts";
import { type Changes, type Requester, requestedEvent, withoutPath } from "./endpoint-change-events.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import { changing, type EndpointSettings, refuseDuplicate } from "./manage-endpoints.ts";
import type { ManageWorld } from "./management-ports.ts";
import { sealHeaders } from "./static-headers.ts";

/** The settings that are to change. */
export type EndpointPatch = { readonly [Name in keyof EndpointSettings]?: EndpointSettings[Name] | undefined };

/** What an endpoint did not get while it was disabled, as a replay can bring it. */
export type Missed = Pick<Replay, "since" | "until" | "only">;

/**
 * Changes an endpoint; where nothing would change, nothing is written. Who enables one again starts with a clean
 * record, and learns what was missed. Headers are replaced as a whole. Throws `ActivityError`: `not_found`,
 * `invalid_value` for a bad URL, `required_field` for a new URL without headers where there are some, `conflict` for
 * changes at once, and for what another endpoint with the same URL is sent already.
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
    refuseToMoveHeaders(before, checked);
    const headers = patch.headers === undefined ? before.headers : await sealHeaders(world.box, patch.headers, before);
    const after = { ...patched(before, checked, at), headers, changed_by: changedBy(before, requester.token_id) };
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

/**
 * Nothing shows the values of headers, so whoever may change an endpoint must not have them sent somewhere else either.
 */
function refuseToMoveHeaders(before: Endpoint, { url = before.url, headers }: EndpointPatch): void {
  if (before.headers === null || url === before.url || headers !== undefined) return;
  const message = "The endpoint has headers: with another url, give them again, or null to remove them.";
  throw new ActivityError("required_field", message, { field: "headers" });
}

function patched(before: Endpoint, patch: EndpointPatch, at: string): Endpoint {
  const { url = before.url, events = before.events, enabled = before.disabled === null } = patch;
  const { entity_id = before.entity_id, description = before.description } = patch;
  const disabled = enabled ? null : (before.disabled ?? ({ reason: "owner", at } as const));
  return { ...before, url, events, entity_id, description, disabled, updated_at: at, version: before.version + 1 };
}

/**
 * What the owner sees change. Of a URL only what is no secret is told, so a new path shows as the same address; of
 * headers only names, which may stay the same.
 */
function changesOf(before: Endpoint, after: Endpoint): Changes {
  const [old, current] = [settingsOf(before), settingsOf(after)];
  const [oldShown, currentShown] = [shownSettings(before), shownSettings(after)];
  const changed = Object.keys(current).filter((name) => !isDeepStrictEqual(old[name], current[name]));
  return Object.fromEntries(changed.map((name) => [name, { old: oldShown[name], new: currentShown[name] }]));
}

type Settings = Readonly<Record<string, unknown>>;

function settingsOf({ url, events, entity_id, description, disabled, headers }: Endpoint): Settings {
  const status = disabled === null ? "enabled" : "disabled";
  return { url, events, entity_id, description, status, headers };
}

function shownSettings(endpoint: Endpoint): Settings {
  return { ...settingsOf(endpoint), url: withoutPath(endpoint.url), headers: endpoint.headers?.names ?? [] };
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
