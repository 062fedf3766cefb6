import { plainParameters } from "#shared/api/finzbooks/query.ts";
import { invalid, only, readLimit, readTimeRange } from "#shared/api/http/parameters.ts";
import { type DeliveryQuery, type DeliveryStatus, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";
import type { RouteName } from "./routes.ts";

/** Every parameter of a list of deliveries. */
export const deliveryParameters = ["organization_id", "status", "event_type", "since", "until", "limit", "cursor"];

/** The parameters that an operation knows. */
export function parametersOf(name: RouteName): readonly string[] {
  return name === "list_webhook_deliveries" ? deliveryParameters : plainParameters;
}

/** Deliveries of a page when the caller names no number, and at most. */
export const defaultDeliveries = 50;
export const maxDeliveries = 100;

const statuses: ReadonlySet<string> = new Set(deliveryStatuses);

/** Reads the parameters of a list of deliveries. Throws `ActivityError` `invalid_value` and names the parameter. */
export function readDeliveryQuery(endpoint_id: string, query: URLSearchParams): DeliveryQuery {
  return {
    endpoint_id,
    status: readStatus(only(query, "status")),
    event_type: readEventType(only(query, "event_type")),
    ...readTimeRange(query),
    limit: readLimit(only(query, "limit"), defaultDeliveries, maxDeliveries),
    after: readCursor(only(query, "cursor")),
  };
}

function readStatus(text: string | null): DeliveryStatus | null {
  if (text === null || isStatus(text)) return text;
  throw invalid("status", `Unknown status '${text.slice(0, 64)}'.`, { valid: deliveryStatuses });
}

function isStatus(text: string): text is DeliveryStatus {
  return statuses.has(text);
}

/** The vocabulary is open: a type that nobody wrote yet has no deliveries. */
function readEventType(text: string | null): string | null {
  if (text === null || eventTypePattern.test(text)) return text;
  throw invalid("event_type", `'${text.slice(0, 64)}' is no event type: write one like invoice.sent.`);
}

/** A cursor is the delivery that the page before ended with: one of another endpoint only names a moment. */
function readCursor(text: string | null): string | null {
  if (text === null || deliveryIdPattern.test(text)) return text;
  throw invalid("cursor", "The cursor is not one that was given out for this request.");
}
