import { cursor, since, until } from "#shared/api/finzbooks/parameters.ts";
import { invalidValue, parseLimit } from "#shared/api/http/parameters.ts";
import { type PathParameter, queryParameter } from "#shared/api/operations/parameter.ts";
import { type DeliveryStatus, deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";

/** The parameters that paths contain. They are not checked: an unknown id is not found. */
export const idParameters: readonly PathParameter[] = [
  idParameter("endpoint_id", endpointIdPattern),
  idParameter("delivery_id", deliveryIdPattern),
  idParameter("replay_id", replayIdPattern),
];

function idParameter(name: string, { source }: RegExp): PathParameter {
  return { name, in: "path", required: true, schema: { type: "string", pattern: source } };
}

/** Deliveries per page: default and maximum. */
const defaultDeliveries = 50;
export const maxDeliveries = 100;

const statuses: ReadonlySet<string> = new Set(deliveryStatuses);

function isStatus(text: string): text is DeliveryStatus {
  return statuses.has(text);
}

const status = queryParameter({
  name: "status",
  description: "Only these.",
  schema: { type: "string", enum: deliveryStatuses },
  parse: (text) => {
    if (text === null || isStatus(text)) return text;
    throw invalidValue("status", `Unknown status '${text.slice(0, 64)}'.`, { valid: deliveryStatuses });
  },
});

/** The vocabulary is open: an unknown type is valid, and has no deliveries. */
const eventType = queryParameter({
  name: "event_type",
  description: "Only events of one type.",
  schema: { type: "string", pattern: eventTypePattern.source },
  parse: (text) => {
    if (text === null || eventTypePattern.test(text)) return text;
    throw invalidValue("event_type", `Invalid event type '${text.slice(0, 64)}'. Use one like invoice.sent.`);
  },
});

const limit = queryParameter({
  name: "limit",
  description: "Deliveries of a page at most.",
  schema: { type: "integer", minimum: 1, maximum: maxDeliveries, default: defaultDeliveries },
  parse: (text) => parseLimit(text, defaultDeliveries, maxDeliveries),
});

/** A cursor is the id of the last delivery of the previous page. An id of another endpoint only marks a time. */
const deliveryCursor = queryParameter({
  ...cursor,
  parse: (text) => {
    if (text === null || deliveryIdPattern.test(text)) return text;
    throw invalidValue("cursor", "The cursor was not issued for this request.");
  },
});

/** What a list of endpoints can include. */
export const includeHealth = queryParameter({
  name: "include",
  description: "`health` adds the health of each endpoint.",
  schema: { type: "string", enum: ["health"] },
  parse: (text) => {
    if (text === null || text === "health") return text === "health";
    throw invalidValue("include", `Unknown include '${text.slice(0, 64)}'. Valid values: health.`, {
      valid: ["health"],
    });
  },
});

/** The parameters of a list of deliveries. */
export const deliveryParameters = [status, eventType, since, until, limit, deliveryCursor] as const;
