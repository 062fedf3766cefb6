import { invalidValue, singleParam } from "#shared/api/http/parameters.ts";
import { isCleanId, maxIdLength } from "#shared/events/limits.ts";
import { hashListKey, type ListQuery } from "#shared/events/query/offset-pagination.ts";
import { noFilter } from "#shared/events/query/query.ts";
import { parseTimeRange, type Zone } from "#shared/platform/time/time-range.ts";
import { visibleEntityTypes } from "./mapping.ts";
import { eventProjection } from "./render.ts";

/** Events per page. */
export const pageSize = 40;

/** Highest page number: nine digits. */
export const maxPage = 999_999_999;

export type EventListRequest = {
  /** From 1. */
  readonly page: number;
  /** UTC with three fraction digits. */
  readonly since: string | null;
  readonly subjectId: string | null;
};

/**
 * Parses the parameters of a list. A `since` without an offset is in the account's time zone. Throws `ActivityError`
 * `invalid_value` with the name of the parameter, also for an empty value: ignoring it would return the list unfiltered.
 */
export function parseListRequest(query: URLSearchParams, zone: Zone): EventListRequest {
  return {
    page: parsePage(singleParam(query, "page")),
    since: parseTimeRange({ since: singleParam(query, "since"), until: null }, zone).since,
    subjectId: parseSubjectId(singleParam(query, "subject_id")),
  };
}

function parsePage(text: string | null): number {
  if (text === null) return 1;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalidValue("page", `page must be a whole number from 1 to ${maxPage}.`);
}

function parseSubjectId(text: string | null): string | null {
  if (text !== "") return text;
  throw invalidValue("subject_id", "subject_id must not be empty. Omit it for the events of all subjects.");
}

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
