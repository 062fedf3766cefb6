export const deliveryStatuses = ["pending", "succeeded", "failed"] as const;

/** The periods that a list can be limited to, in milliseconds. */
export const periods = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 } as const;

export type Period = keyof typeof periods;

/** The filters of a list of deliveries, as the address has them. Empty texts filter nothing. */
export type DeliveryFilters = {
  readonly endpoint: string;
  readonly status: "" | (typeof deliveryStatuses)[number];
  readonly eventType: string;
  readonly period: "" | Period;
};

/** Parses the query of an address. An unknown status or period filters nothing. */
export function parseDeliveryFilters(query: URLSearchParams): DeliveryFilters {
  const status = query.get("status");
  const period = query.get("period") ?? "";
  return {
    endpoint: query.get("endpoint") ?? "",
    status: deliveryStatuses.find((known) => known === status) ?? "",
    eventType: query.get("event_type") ?? "",
    period: isPeriod(period) ? period : "",
  };
}

/** Formats the filters as the query of an address, with a question mark; empty without any. */
export function formatDeliveryFilters({ endpoint, status, eventType, period }: DeliveryFilters): string {
  const set = Object.entries({ endpoint, status, event_type: eventType, period }).filter(([, value]) => value !== "");
  return set.length === 0 ? "" : `?${new URLSearchParams(set)}`;
}

/** Returns the parameters of a request for the deliveries to one endpoint. */
export function toDeliveryParams({ status, eventType, period }: DeliveryFilters, nowMs: number) {
  return {
    ...(status === "" ? {} : { status }),
    ...(eventType === "" ? {} : { event_type: eventType }),
    ...(period === "" ? {} : { since: new Date(nowMs - periods[period]).toISOString() }),
  };
}

export function hasFilters({ status, eventType, period }: DeliveryFilters): boolean {
  return status !== "" || eventType !== "" || period !== "";
}

function isPeriod(text: string): text is Period {
  return Object.hasOwn(periods, text);
}
