import { isCleanId, maxIdLength } from "#shared/events/limits.ts";
import { hashListKey, type ListQuery } from "#shared/events/query/offset-pagination.ts";
import { noFilter } from "#shared/events/query/query.ts";
import { visibleEntityTypes } from "./mapping.ts";
import { eventProjection } from "./render.ts";

export type EventListRequest = {
  /** From 1. */
  readonly page: number;
  /** UTC with three fraction digits. */
  readonly since: string | null;
  readonly subjectId: string | null;
};

/** Returns the query of a list of events or payments. A subject that is not a valid id matches nothing and needs no read. */
export function toListQuery(orgId: string, kind: "events" | "paid", { since, subjectId }: EventListRequest): ListQuery {
  const query = {
    ...noFilter,
    org_id: orgId,
    contact_id: subjectId,
    payment_status: kind === "paid" ? ("paid" as const) : null,
    visibleEntityTypes,
    since,
    projection: eventProjection,
  };
  return {
    org_id: orgId,
    listKey: hashListKey("fakturoid", kind, since, subjectId),
    queries: subjectId === null || isId(subjectId) ? [query] : [],
    matches: null,
  };
}

function isId(text: string): boolean {
  return text !== "" && text.length <= maxIdLength && isCleanId(text);
}
