import { toInsightsQuery } from "./insights.ts";
import type { LineField } from "./line-types.ts";
import type { Aggregate, LineCondition } from "./saved-query.ts";

const isEvent: LineCondition = { field: "message", is: "event" };

function countedBy(
  from: "events" | "access",
  count: Aggregate,
  by: readonly LineField[],
  where: readonly LineCondition[],
): string {
  return toInsightsQuery({
    name: "",
    title: "",
    summary: "",
    from,
    parameters: {},
    where,
    result: { kind: "groups", groupBy: by, compute: { count }, orderByDesc: "count" },
  });
}

/** The queries of the dashboard over the audit logs, in Logs Insights QL. */
export const dashboardQueries = {
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
