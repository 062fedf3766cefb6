import { ActivityError } from "#shared/errors.ts";
import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import { subscriptionsOverlap } from "#shared/webhooks/event-types/event-type-filter.ts";
import { endpointIdPattern } from "#shared/webhooks/ids.ts";
import type { Endpoint, EndpointStore, SecretEncryption } from "./endpoint.ts";
import { endpointChangedEvent, type Requester } from "./endpoint-change-events.ts";
import type { StoredEndpointSettings } from "./endpoint-settings.ts";
import { type EndpointUrlRules, parseEndpointUrl } from "./endpoint-url.ts";
import { formatSigningSecret, signingSecretBytes } from "./signing-secret.ts";
import { encryptHeaders, type StaticHeaders } from "./static-headers.ts";

const maxConflicts = 3;

export type EndpointPorts = {
  readonly endpoints: EndpointStore;
  readonly encryption: Pick<SecretEncryption, "encrypt">;
  readonly rules: EndpointUrlRules;
  now(): Date;
  /** Returns random bytes. */
  random(count: number): Uint8Array;
};

/** The settings that the owner of an endpoint chooses. */
export type EndpointSettings = StoredEndpointSettings & {
  readonly enabled: boolean;
  readonly headers: StaticHeaders | null;
};

/** An endpoint with its new secret, which is shown only once. */
export type EndpointWithSecret = { readonly endpoint: Endpoint; readonly secret: string };

/**
 * Creates an endpoint. Throws `ActivityError`: `invalid_value` for a URL that is not allowed, `conflict` if the
 * organisation has `maxEndpointsPerOrg` endpoints, or one with the same URL and an overlapping subscription.
 */
export async function createEndpoint(
  ports: EndpointPorts,
  requester: Requester,
  { url, enabled, headers, ...settings }: EndpointSettings,
): Promise<EndpointWithSecret> {
  const { org_id } = requester;
  const at = ports.now().toISOString();
  const parsedUrl = parseEndpointUrl(url, ports.rules);
  await assertNoDuplicate(ports, org_id, { url: parsedUrl, ...settings });
  const endpoint_id = `wh_${Buffer.from(ports.random(16)).toString("hex")}`;
  const ids = { org_id, endpoint_id };
  const secret = formatSigningSecret(ports.random(signingSecretBytes));
  const endpoint: Endpoint = {
    ...ids,
    url: parsedUrl,
    ...settings,
    secrets: [{ sealed: await ports.encryption.encrypt(secret, ids), expires_at: null }],
    headers: await encryptHeaders(ports.encryption, headers, ids),
    disabled: enabled ? null : { reason: "owner", at },
    created_at: at,
    updated_at: at,
    created_by: requester.token_id,
    changed_by: [],
    version: 1,
  };
  const content = { verb: "CREATED", ...headerNamesMetadata(endpoint) } as const;
  await ports.endpoints.create(endpoint, endpointChangedEvent(endpoint, requester, content, at));
  return { endpoint, secret };
}

/** Without headers, the event has no such field: it stays as it was before headers existed. */
function headerNamesMetadata({ headers }: Endpoint) {
  return headers === null ? {} : { metadata: { headers: headers.names } };
}

/** Returns an endpoint. Throws the same `ActivityError` `not_found` for unknown ids and those of other organisations. */
export async function getEndpoint(
  { endpoints }: { readonly endpoints: Pick<EndpointStore, "get"> },
  orgId: string,
  endpointId: string,
): Promise<Endpoint> {
  const endpoint = endpointIdPattern.test(endpointId) ? await endpoints.get(orgId, endpointId) : null;
  if (endpoint === null) throw new ActivityError("not_found", "There is no such endpoint.");
  return endpoint;
}

/** Deletes an endpoint. Throws `ActivityError` `not_found`, and `conflict` after repeated concurrent changes. */
export async function deleteEndpoint(ports: EndpointPorts, requester: Requester, endpointId: string): Promise<void> {
  await changeWithRetry(ports, requester, endpointId, async (before) => {
    const event = endpointChangedEvent(before, requester, { verb: "DELETED" }, ports.now().toISOString());
    return (await ports.endpoints.remove(before, event)) ? before : null;
  });
}

/**
 * Calls `attempt` with the current endpoint until it returns a result. `null` means that the endpoint was changed
 * concurrently. Throws `ActivityError` `not_found`, and `conflict` after three attempts.
 */
export async function changeWithRetry<T>(
  { endpoints }: Pick<EndpointPorts, "endpoints">,
  { org_id }: Requester,
  endpointId: string,
  attempt: (before: Endpoint) => Promise<T | null>,
): Promise<T> {
  const result = await retryOnConflict(maxConflicts, async () =>
    attempt(await getEndpoint({ endpoints }, org_id, endpointId)),
  );
  if (result !== null) return result;
  throw new ActivityError("conflict", "The endpoint is being changed by other requests. Try again.");
}

/**
 * Throws `ActivityError` `conflict` if the receiver would get events twice. Meant for mistakes: of two concurrent
 * requests both may pass, because other limits bound what a receiver is sent.
 */
export async function assertNoDuplicate(
  { endpoints }: Pick<EndpointPorts, "endpoints">,
  orgId: string,
  candidate: Pick<Endpoint, "url" | "events" | "entity_id"> & Partial<Pick<Endpoint, "endpoint_id">>,
): Promise<void> {
  const isDuplicate = (other: Endpoint) =>
    other.endpoint_id !== candidate.endpoint_id &&
    other.url === candidate.url &&
    subscriptionsOverlap(other, candidate);
  const duplicate = (await endpoints.list(orgId)).find(isDuplicate);
  if (duplicate === undefined) return;
  const message = `Endpoint ${duplicate.endpoint_id} has this URL and some of the same events. Change it instead.`;
  throw new ActivityError("conflict", message, { field: "url" });
}
