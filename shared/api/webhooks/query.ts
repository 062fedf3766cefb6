import { commonParameters } from "#shared/api/finzbooks/query.ts";
import { invalidValue, parseLimit, parseTimeRangeParams, singleParam } from "#shared/api/http/parameters.ts";
import { type DeliveryQuery, type DeliveryStatus, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";
import type { WebhookRouteName } from "./routes.ts";

/** Every parameter of a list of deliveries. */
export const deliveryParameters = ["organization_id", "status", "event_type", "since", "until", "limit", "cursor"];

/** The parameters that an operation knows. */
export function parametersOf(name: WebhookRouteName): readonly string[] {
  return name === "list_webhook_deliveries" ? deliveryParameters : commonParameters;
}

/** Deliveries of a page when the caller names no number, and at most. */
export const defaultDeliveries = 50;
export const maxDeliveries = 100;

const statuses: ReadonlySet<string> = new Set(deliveryStatuses);

/** Reads the parameters of a list of deliveries. Throws `ActivityError` `invalid_value` and names the parameter. */
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

/** The vocabulary is open: a type that nobody wrote yet has no deliveries. */
function parseEventType(text: string | null): string | null {
  if (text === null || eventTypePattern.test(text)) return text;
  throw invalidValue("event_type", `'${text.slice(0, 64)}' is no event type: write one like invoice.sent.`);
}

/** A cursor is the delivery that the page before ended with: one of another endpoint only names a moment. */
function parseCursor(text: string | null): string | null {
  if (text === null || deliveryIdPattern.test(text)) return text;
  throw invalidValue("cursor", "The cursor is not one that was given out for this request.");
}
