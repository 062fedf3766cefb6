import { insightsQuery } from "./insights.ts";
import type { Field } from "./lines.ts";
import type { Computed, Condition } from "./saved-query.ts";

const isEvent: Condition = { field: "message", is: "event" };

function countedBy(
  from: "events" | "access",
  count: Computed,
  by: readonly Field[],
  where: readonly Condition[],
): string {
  return insightsQuery({
    name: "",
    title: "",
    summary: "",
    from,
    parameters: {},
    where,
    result: { kind: "groups", by, compute: { count }, largest: "count" },
  });
}

/** What the dashboard asks the audit logs, in Logs Insights QL. */
export const boardQueries = {
  eventsByType: countedBy("events", { records: true }, ["entity_type"], [isEvent]),
  eventsBySource: countedBy("events", { records: true }, ["source"], [isEvent]),
  topActors: countedBy(
    "events",
    { records: true },
    ["org_id", "actor_user_id"],
    [isEvent, { field: "actor_user_id", isPresent: true }],
  ),
  rateLimitedTokens: countedBy(
    "access",
    { distinct: "request_id" },
    ["token_id", "dialect"],
    [
      { field: "message", is: "request" },
      { field: "status", is: 429 },
    ],
  ),
} as const;
