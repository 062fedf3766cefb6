import { commonParameters } from "#shared/api/finzbooks/query.ts";
import { invalidValue, parseLimit, parseTimeRangeParams, singleParam } from "#shared/api/http/parameters.ts";
import { type DeliveryQuery, type DeliveryStatus, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";
import type { WebhookRouteName } from "./routes.ts";

/** All parameters of a list of deliveries. */
export const deliveryParameters = ["organization_id", "status", "event_type", "since", "until", "limit", "cursor"];

/** Returns the parameters that an operation accepts. */
export function parametersOf(name: WebhookRouteName): readonly string[] {
  return name === "list_webhook_deliveries" ? deliveryParameters : commonParameters;
}

/** Deliveries per page. */
export const defaultDeliveries = 50;
export const maxDeliveries = 100;

const statuses: ReadonlySet<string> = new Set(deliveryStatuses);

/** Parses the parameters of a list of deliveries. Throws `ActivityError` `invalid_value` with the parameter's name. */
export function parseDeliveryQuery(endpoint_id: string, query: URLSearchParams): DeliveryQuery {
  return {
    endpoint_id,
    status: parseStatus(singleParam(query, "status")),
    event_type: parseEventType(singleParam(query, "event_type")),
    ...parseTimeRangeParams(query),
    limit: parseLimit(singleParam(query, "limit"), defaultDeliveries, maxDeliveries),
    after: parseCursor(singleParam(query, "cursor")),
  };
}

function parseStatus(text: string | null): DeliveryStatus | null {
  if (text === null || isStatus(text)) return text;
  throw invalidValue("status", `Unknown status '${text.slice(0, 64)}'.`, { valid: deliveryStatuses });
}

function isStatus(text: string): text is DeliveryStatus {
  return statuses.has(text);
}

/** The vocabulary is open: an unknown type is valid, and has no deliveries. */
function parseEventType(text: string | null): string | null {
  if (text === null || eventTypePattern.test(text)) return text;
  throw invalidValue("event_type", `Invalid event type '${text.slice(0, 64)}'. Use one like invoice.sent.`);
}

/** A cursor is the id of the last delivery of the previous page. An id of another endpoint only marks a time. */
function parseCursor(text: string | null): string | null {
  if (text === null || deliveryIdPattern.test(text)) return text;
  throw invalidValue("cursor", "The cursor was not issued for this request.");
}
