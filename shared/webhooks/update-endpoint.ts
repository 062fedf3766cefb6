import { isDeepStrictEqual } from "node:util";
import { ActivityError } from "#shared/errors.ts";
import { deliveryRetentionMs, retryWindowMs } from "./delivery-lifetime.ts";
import { appendChangedBy, type Endpoint } from "./endpoints/endpoint.ts";
import {
  type EndpointFieldChanges,
  endpointChangedEvent,
  originOf,
  type Requester,
} from "./endpoints/endpoint-change-events.ts";
import { storedSettingsOf } from "./endpoints/endpoint-settings.ts";
import { parseEndpointUrl } from "./endpoints/endpoint-url.ts";
import { assertNoDuplicate, changeWithRetry, type EndpointSettings } from "./endpoints/manage-endpoints.ts";
import { encryptHeaders } from "./endpoints/static-headers.ts";
import { initialHealth } from "./limits/endpoint-health.ts";
import type { WebhookManagementPorts } from "./management-ports.ts";
import type { Replay } from "./replays/replay.ts";

/** The settings to change. */
export type EndpointPatch = Partial<EndpointSettings>;

/** The range of a replay that sends what an endpoint missed while it was disabled. */
export type MissedRange = Pick<Replay, "since" | "until" | "only">;

/**
 * Updates an endpoint, unless the patch changes nothing. Enabling it resets its health and returns the range that it
 * missed. Headers are replaced as a whole. Throws `ActivityError`: `not_found`, `invalid_value` for a bad URL,
 * `required_field` for a new URL without headers if it has some, `conflict` for concurrent changes and duplicates.
 */
export async function updateEndpoint(
  ports: WebhookManagementPorts,
  requester: Requester,
  endpointId: string,
  patch: EndpointPatch,
): Promise<{ readonly endpoint: Endpoint; readonly missed: MissedRange | null }> {
  const parsed = patch.url === undefined ? patch : { ...patch, url: parseEndpointUrl(patch.url, ports.rules) };
  return changeWithRetry(ports, requester, endpointId, async (before) => {
    const at = ports.now().toISOString();
    assertHeadersStayAtUrl(before, parsed);
    const headers =
      patch.headers === undefined ? before.headers : await encryptHeaders(ports.encryption, patch.headers, before);
    const after = {
      ...applyPatch(before, parsed, at),
      headers,
      changed_by: appendChangedBy(before, requester.token_id),
    };
    const changes = changesBetween(before, after);
    if (Object.keys(changes).length === 0) return { endpoint: before, missed: null };
    const disabledAt = after.disabled === null ? (before.disabled?.at ?? null) : null;
    if (changes.url || changes.events || changes.entity_id) await assertNoDuplicate(ports, requester.org_id, after);
    const needsHealthReset = disabledAt !== null || after.url !== before.url;
    if (needsHealthReset && !(await resetHealth(ports, endpointId))) return null;
    const event = endpointChangedEvent(before, requester, { ...verbOf(changes, after), changes }, at);
    if (!(await ports.endpoints.update(before, after, event))) return null;
    return { endpoint: after, missed: disabledAt === null ? null : missedRange(disabledAt, at) };
  });
}

/**
 * Throws `ActivityError` `required_field` if headers would be sent to a new URL. Callers who may change an endpoint
 * cannot read the values, so they must not be able to redirect them either.
 */
function assertHeadersStayAtUrl(before: Endpoint, { url = before.url, headers }: EndpointPatch): void {
  if (before.headers === null || url === before.url || headers !== undefined) return;
  const message = "The endpoint has headers. Set them again for the new url, or to null to remove them.";
  throw new ActivityError("required_field", message, { field: "headers" });
}

function applyPatch(
  before: Endpoint,
  { enabled = before.disabled === null, headers: _, ...settings }: EndpointPatch,
  at: string,
): Endpoint {
  const disabled = enabled ? null : (before.disabled ?? ({ reason: "owner", at } as const));
  return { ...before, ...settings, disabled, updated_at: at, version: before.version + 1 };
}

/**
 * Returns the changes to record. URLs are recorded without their path and headers by name only, so old and new can be
 * equal.
 */
function changesBetween(before: Endpoint, after: Endpoint): EndpointFieldChanges {
  const oldValues = comparedFields(before);
  const newValues = comparedFields(after);
  const oldRecorded = recordedFields(before);
  const newRecorded = recordedFields(after);
  const changed = Object.keys(newValues).filter((name) => !isDeepStrictEqual(oldValues[name], newValues[name]));
  return Object.fromEntries(changed.map((name) => [name, { old: oldRecorded[name], new: newRecorded[name] }]));
}

type Fields = Readonly<Record<string, unknown>>;

function comparedFields(endpoint: Endpoint): Fields {
  const { disabled, headers } = endpoint;
  return { ...storedSettingsOf(endpoint), status: disabled === null ? "enabled" : "disabled", headers };
}

function recordedFields(endpoint: Endpoint): Fields {
  return { ...comparedFields(endpoint), url: originOf(endpoint.url), headers: endpoint.headers?.names ?? [] };
}

function verbOf({ status }: EndpointFieldChanges, { disabled }: Endpoint) {
  if (status === undefined) return { verb: "UPDATED" } as const;
  if (disabled === null) return { verb: "ENABLED" } as const;
  return { verb: "DISABLED", metadata: { reason: disabled.reason } } as const;
}

/** Earlier failures must not disable an endpoint that was enabled again, or that has a new URL. */
async function resetHealth({ health }: WebhookManagementPorts, endpointId: string): Promise<boolean> {
  const before = await health.get(endpointId);
  return health.update(endpointId, before, { ...initialHealth, last_success_at: before.last_success_at });
}

/**
 * Begins before `disabledAt` by the retry window, because those deliveries were still being retried. `failed` needs the
 * stored deliveries; if the range is longer than they are kept, `all` is correct too: while disabled, all failed.
 */
function missedRange(disabledAt: string, until: string): MissedRange {
  const since = new Date(Date.parse(disabledAt) - retryWindowMs).toISOString();
  const isKept = Date.parse(until) - Date.parse(since) < deliveryRetentionMs;
  return { since, until, only: isKept ? "failed" : "all" };
}
