import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { eventIdFromTime } from "#shared/events/event-id.ts";
import type { Endpoint, SystemDisabledReason } from "./endpoint.ts";

/** The caller of the API that changes an endpoint. */
export type Requester = {
  readonly org_id: string;
  readonly user_id: string | null;
  readonly token_id: string;
  readonly request_id: string;
};

type EndpointVerb = "CREATED" | "UPDATED" | "ENABLED" | "DISABLED" | "DELETED" | "SECRET_ROTATED";

export type EndpointFieldChanges = Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;

/** The content of the event that records a change of an endpoint. */
export type EndpointEventContent = {
  readonly verb: EndpointVerb;
  readonly changes?: EndpointFieldChanges;
  /** Besides the requester. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** Returns the event of a change by the API. `endpoint` is the one before the change, or the created one. */
export function endpointChangedEvent(
  endpoint: Endpoint,
  requester: Requester,
  change: EndpointEventContent,
  at: string,
): ActivityEvent {
  const { request_id, token_id, user_id } = requester;
  const metadata = { source: "PUBLIC_API", request_id, token_id, ...change.metadata };
  return eventOf(endpoint, { ...change, metadata }, user_id, at);
}

/** Returns the event of an endpoint that the system disabled. */
export function endpointDisabledEvent(endpoint: Endpoint, reason: SystemDisabledReason, at: string): ActivityEvent {
  const changes = { status: { old: "enabled", new: "disabled" } };
  return eventOf(endpoint, { verb: "DISABLED", changes, metadata: { source: "WEBHOOKS", reason } }, null, at);
}

/** Returns the part of a URL that may be recorded: paths and queries can contain secrets. */
export function originOf(url: string): string {
  return new URL(url).origin;
}

function eventOf(
  endpoint: Endpoint,
  change: EndpointEventContent,
  actorUserId: string | null,
  at: string,
): ActivityEvent {
  const { org_id, endpoint_id, version, url } = endpoint;
  const { verb, changes, metadata } = change;
  return {
    // Each version of an endpoint has one change, so a repeated write has the same id.
    event_id: eventIdFromTime(at, `${endpoint_id}\n${version}\n${verb}`),
    org_id,
    action: `WEBHOOK_ENDPOINT_${verb}`,
    entity_type: "WEBHOOK_ENDPOINT",
    entity_id: endpoint_id,
    entity_ref: null,
    actor_user_id: actorUserId,
    actor: null,
    changes: changes === undefined ? null : toJsonText(changes),
    metadata: toJsonText({ ...metadata, url: originOf(url) }),
    occurred_at: at,
    recorded_at: at,
    related: null,
    text: null,
    information: null,
    params: null,
    contact_id: null,
    payment_status: null,
    notify: null,
  };
}
