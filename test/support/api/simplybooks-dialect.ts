import { vi } from "vitest";
import type { RequestContext } from "#shared/api/http/request.ts";
import { renderError } from "#shared/api/simplybooks/errors.ts";
import { createSimplybooksHandler } from "#shared/api/simplybooks/handler.ts";
import type { Token } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { toTokenId } from "#shared/auth/token-format.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type EventReader, type ProjectableField, projectableFields } from "#shared/events/query/query.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

type Asked = { readonly method?: string; readonly headers?: Record<string, string | undefined> };

/** What a reader gets of an event: the parts that it did not ask for are absent. */
export function withParts(event: ActivityEvent, parts: readonly ProjectableField[]): ActivityEvent {
  const hidden = projectableFields.filter((part) => !parts.includes(part)).map((part) => [part, null]);
  return { ...event, ...Object.fromEntries(hidden) };
}

/**
 * The SimplyBooks dialect over tokens, organisations and a log in memory, and what it asked of each. Refusals are
 * rendered, as callers see them. Its clock stands still until it is set.
 */
export function simplybooksDialect({
  events = [anEvent()],
  tokens = [aToken()],
  orgs = [anOrg()],
  used = 1,
  suspended = [],
}: {
  events?: readonly ActivityEvent[];
  tokens?: readonly Token[];
  orgs?: readonly Org[];
  used?: number;
  suspended?: readonly string[];
} = {}) {
  const clock = { now: testNow };
  const issued = new Map(tokens.map((token) => [toTokenId(token.hash), token]));
  const known = new Map(orgs.map((org) => [org.org_id, org]));
  const log = memoryEvents(events);
  const ports = tokenPorts(({ holder }) => issued.get(holder) ?? null, used, suspended);
  const readOrg = vi.fn<OrgReader["get"]>(async (orgId) => known.get(orgId) ?? null);
  const page = vi.fn<EventReader["readPage"]>(async (query) => {
    const found = await log.readPage(query);
    return { ...found, events: found.events.map((event) => withParts(event, query.projection)) };
  });
  const places = memoryPageCheckpoints();
  const now = () => clock.now;
  const answer = createSimplybooksHandler({
    tokens: ports,
    orgs: { get: readOrg },
    events: { readPage: page },
    checkpoints: places,
    now,
  });
  const ask = async (target: string, { method = "GET", headers = { "x-api-key": aSecret() } }: Asked = {}) => {
    const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
    const request = aRequest(target, { method, headers });
    const response = await answer(request, trace).catch((error: unknown) => renderError(error, request));
    return { ...response, trace };
  };
  return { ask, clock, issued, known, ...ports, readOrg, page, places };
}
