import { vi } from "vitest";
import type { HttpTrace } from "#shared/api/http/request.ts";
import { renderProblem } from "#shared/api/simplybooks/errors.ts";
import { answerSimplybooks } from "#shared/api/simplybooks/handler.ts";
import type { Token } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { tokenIdOfHash } from "#shared/auth/token.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type EventPart, type EventReader, eventParts } from "#shared/events/query/query.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "./builders.ts";
import { memoryEvents } from "./memory-events.ts";
import { memoryPlaces } from "./memory-page-checkpoints.ts";
import { tokenPorts } from "./token-ports.ts";

type Asked = { readonly method?: string; readonly headers?: Record<string, string | undefined> };

/** What a reader gets of an event: the parts that it did not ask for are absent. */
export function withParts(event: ActivityEvent, parts: readonly EventPart[]): ActivityEvent {
  const hidden = eventParts.filter((part) => !parts.includes(part)).map((part) => [part, null]);
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
  const issued = new Map(tokens.map((token) => [tokenIdOfHash(token.hash), token]));
  const known = new Map(orgs.map((org) => [org.org_id, org]));
  const log = memoryEvents(events);
  const ports = tokenPorts(({ holder }) => issued.get(holder) ?? null, used, suspended);
  const readOrg = vi.fn<OrgReader["read"]>(async (orgId) => known.get(orgId) ?? null);
  const page = vi.fn<EventReader["page"]>(async (query) => {
    const found = await log.page(query);
    return { ...found, events: found.events.map((event) => withParts(event, query.parts)) };
  });
  const places = memoryPlaces();
  const now = () => clock.now;
  const answer = answerSimplybooks({ tokens: ports, orgs: { read: readOrg }, events: { page }, places, now });
  const ask = async (target: string, { method = "GET", headers = { "x-api-key": aSecret() } }: Asked = {}) => {
    const trace: HttpTrace = { headers: {}, facts: {} };
    const request = aRequest(target, { method, headers });
    const response = await answer(request, trace).catch((error: unknown) => renderProblem(error, request));
    return { ...response, trace };
  };
  return { ask, clock, issued, known, ...ports, readOrg, page, places };
}
