import { vi } from "vitest";
import type { TokenUses } from "../../shared/access/authenticate.ts";
import type { Token } from "../../shared/access/caller.ts";
import { answerFinzbooks } from "../../shared/dialects/finzbooks/answer.ts";
import type { HttpRequest, HttpTrace } from "../../shared/dialects/http.ts";
import type { EventPage, EventReader } from "../../shared/events/query.ts";
import { anEvent, aToken, testNow } from "./builders.ts";

export const onePage: EventPage = { events: [anEvent()], next: null };

/** The FinzBooks dialect over one token and one page of events, and what it asked of both. */
export function dialect({
  token = aToken(),
  used = 1,
  page = onePage,
}: {
  token?: Token;
  used?: number;
  page?: EventPage;
} = {}) {
  const use = vi.fn<TokenUses["use"]>(async () => ({ token, used }));
  const read = vi.fn<EventReader["page"]>(async () => page);
  const trace: HttpTrace = { headers: {}, facts: {} };
  const answer = answerFinzbooks({ events: { page: read }, tokens: { use }, now: () => testNow });
  return { use, read, trace, answer: (request: HttpRequest) => answer(request, trace) };
}
