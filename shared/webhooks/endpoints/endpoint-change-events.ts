import { type ActivityEvent, jsonText } from "#shared/events/event.ts";
import { eventIdAt } from "#shared/events/event-id.ts";
import type { Endpoint, ImposedReason } from "./endpoint.ts";

/** Who changes an endpoint by way of the API. */
export type Requester = {
  readonly org_id: string;
  readonly user_id: string | null;
  readonly token_id: string;
  readonly request_id: string;
};

type EndpointVerb = "CREATED" | "UPDATED" | "ENABLED" | "DISABLED" | "DELETED" | "SECRET_ROTATED";

export type Changes = Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;

/** What a change was, for the event that tells of it. */
export type Change = {
  readonly verb: EndpointVerb;
  readonly changes?: Changes;
  /** What there is to know beside who asked for it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** The event that tells of a change that somebody asked for. `endpoint` is as it was before, or as it was created. */
export function requestedEvent(endpoint: Endpoint, requester: Requester, change: Change, at: string): ActivityEvent {
  const { request_id, token_id, user_id } = requester;
  const metadata = { source: "PUBLIC_API", request_id, token_id, ...change.metadata };
  return eventOf(endpoint, { ...change, metadata }, user_id, at);
}

/** The event that tells that an endpoint was disabled by the log itself. */
export function disabledEvent(endpoint: Endpoint, reason: ImposedReason, at: string): ActivityEvent {
  const changes = { status: { old: "enabled", new: "disabled" } };
  return eventOf(endpoint, { verb: "DISABLED", changes, metadata: { source: "WEBHOOKS", reason } }, null, at);
}

/** What an event may tell of a URL: a path or a query can hold a secret. */
export function withoutPath(url: string): string {
  return new URL(url).origin;
}

function eventOf(endpoint: Endpoint, change: Change, actorUserId: string | null, at: string): ActivityEvent {
  const { org_id, endpoint_id, version, url } = endpoint;
  const { verb, changes, metadata } = change;
  return {
    // A change is told once: each version of an endpoint is left by one.
    event_id: eventIdAt(at, `${endpoint_id}\n${version}\n${verb}`),
    org_id,
    action: `WEBHOOK_ENDPOINT_${verb}`,
    entity_type: "WEBHOOK_ENDPOINT",
    entity_id: endpoint_id,
    entity_ref: null,
    actor_user_id: actorUserId,
    actor: null,
    changes: changes === undefined ? null : jsonText(changes),
    metadata: jsonText({ ...metadata, url: withoutPath(url) }),
    occurred_at: at,
    recorded_at: at,
    related: null,
    text: null,
    information: null,
    params: null,
    contact_id: null,
    settled: null,
    notify: null,
  };
}
