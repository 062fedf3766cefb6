import { ActivityError } from "#shared/errors.ts";
import { overlaps } from "#shared/webhooks/event-types/event-type-filter.ts";
import { endpointIdPattern } from "#shared/webhooks/ids.ts";
import type { Endpoint, EndpointStore } from "./endpoint.ts";
import { type Requester, requestedEvent } from "./endpoint-change-events.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import type { ManageWorld } from "./management-ports.ts";
import { secretBytes, writeSecret } from "./signing-secret.ts";
import { type StaticHeaders, sealHeaders } from "./static-headers.ts";

const maxConflicts = 3;

/** What the owner of an endpoint decides. */
export type EndpointSettings = {
  readonly url: string;
  readonly events: readonly string[];
  readonly entity_id: string | null;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly headers: StaticHeaders | null;
};

/** An endpoint with its new secret, which nobody sees again. */
export type Issued = { readonly endpoint: Endpoint; readonly secret: string };

/**
 * Creates an endpoint. Throws `ActivityError`: `invalid_value` for a URL that must not be sent to, `conflict` where the
 * organisation has as many endpoints as it may, or one with the same URL that is sent some of the same events.
 */
export async function createEndpoint(
  world: ManageWorld,
  requester: Requester,
  { url, enabled, headers, ...settings }: EndpointSettings,
): Promise<Issued> {
  const { org_id } = requester;
  const at = world.now().toISOString();
  const checkedUrl = readEndpointUrl(url, world.rules);
  await refuseDuplicate(world, org_id, { url: checkedUrl, ...settings });
  const endpoint_id = `wh_${Buffer.from(world.random(16)).toString("hex")}`;
  const owner = { org_id, endpoint_id };
  const secret = writeSecret(world.random(secretBytes));
  const endpoint: Endpoint = {
    ...owner,
    url: checkedUrl,
    ...settings,
    secrets: [{ sealed: await world.box.seal(secret, owner), expires_at: null }],
    headers: await sealHeaders(world.box, headers, owner),
    disabled: enabled ? null : { reason: "owner", at },
    created_at: at,
    updated_at: at,
    created_by: requester.token_id,
    changed_by: [],
    version: 1,
  };
  const change = { verb: "CREATED", ...headerNamesFact(endpoint) } as const;
  await world.endpoints.create(endpoint, requestedEvent(endpoint, requester, change, at));
  return { endpoint, secret };
}

/** The event of an endpoint without headers is as it always was. */
function headerNamesFact({ headers }: Endpoint) {
  return headers === null ? {} : { metadata: { headers: headers.names } };
}

/** Finds an endpoint. Throws `ActivityError` `not_found`, in the same words whether it is unknown or another's. */
export async function getEndpoint(
  { endpoints }: { readonly endpoints: Pick<EndpointStore, "get"> },
  orgId: string,
  endpointId: string,
): Promise<Endpoint> {
  const endpoint = endpointIdPattern.test(endpointId) ? await endpoints.get(orgId, endpointId) : null;
  if (endpoint === null) throw new ActivityError("not_found", "There is no such endpoint.");
  return endpoint;
}

/** Deletes an endpoint. Throws `ActivityError` `not_found`, and `conflict` for changes at once. */
export async function deleteEndpoint(world: ManageWorld, requester: Requester, endpointId: string): Promise<void> {
  await changing(world, requester, endpointId, async (before) => {
    const event = requestedEvent(before, requester, { verb: "DELETED" }, world.now().toISOString());
    return (await world.endpoints.remove(before, event)) ? before : null;
  });
}

/** Makes a change to what stands; where somebody else was faster, `attempt` answers `null` and is asked again. */
export async function changing<T>(
  world: ManageWorld,
  { org_id }: Requester,
  endpointId: string,
  attempt: (before: Endpoint) => Promise<T | null>,
): Promise<T> {
  for (let tries = 0; tries < maxConflicts; tries++) {
    const done = await attempt(await getEndpoint(world, org_id, endpointId));
    if (done !== null) return done;
  }
  throw new ActivityError("conflict", "The endpoint is being changed by others at the same time: try again.");
}

/**
 * Refuses an endpoint whose receiver would get events twice. It is for mistakes, so two requests at the same moment may
 * both pass: what a receiver can be sent in all is bounded elsewhere.
 */
export async function refuseDuplicate(
  { endpoints }: Pick<ManageWorld, "endpoints">,
  orgId: string,
  wanted: Pick<Endpoint, "url" | "events" | "entity_id"> & Partial<Pick<Endpoint, "endpoint_id">>,
): Promise<void> {
  const isSame = (other: Endpoint) =>
    other.endpoint_id !== wanted.endpoint_id && other.url === wanted.url && overlaps(other, wanted);
  const same = (await endpoints.list(orgId)).find(isSame);
  if (same === undefined) return;
  const message = `The endpoint ${same.endpoint_id} has this URL and is sent some of the same events. Change that one.`;
  throw new ActivityError("conflict", message, { field: "url" });
}
