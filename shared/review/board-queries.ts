import { insightsQuery } from "./insights.ts";
import type { Field } from "./lines.ts";
import type { Condition } from "./saved-query.ts";

const isEvent: Condition = { field: "message", is: "event" };

function countedBy(from: "events" | "access", once: Field, by: readonly Field[], where: readonly Condition[]): string {
  return insightsQuery({
    name: "",
    title: "",
    summary: "",
    from,
    parameters: {},
    where,
    result: { kind: "groups", by, compute: { count: { distinct: once } }, largest: "count" },
  });
}

/** What the dashboard asks the audit logs, in Logs Insights QL. */
export const boardQueries = {
  eventsByType: countedBy("events", "event_id", ["entity_type"], [isEvent]),
  eventsBySource: countedBy("events", "event_id", ["source"], [isEvent]),
  topActors: countedBy(
    "events",
    "event_id",
    ["org_id", "actor_user_id"],
    [isEvent, { field: "actor_user_id", isPresent: true }],
  ),
  rateLimitedTokens: countedBy(
    "access",
    "request_id",
    ["token_id", "dialect"],
    [
      { field: "message", is: "request" },
      { field: "status", is: 429 },
    ],
  ),
} as const;
