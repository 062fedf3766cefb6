import { vi } from "vitest";
import { createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import type { HttpRequest, RequestContext } from "#shared/api/http/request.ts";
import type { Token } from "#shared/auth/caller.ts";
import type { EventPage, EventReader } from "#shared/events/query/query.ts";
import type { SequenceFinder } from "#shared/ledger/feed/find-sequences.ts";
import { anEvent, aToken, testNow } from "#test/support/builders.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { verifyViewerToken } from "#test/support/viewer-tokens.ts";

export const onePage: EventPage = { events: [anEvent()], next: null };

/** The FinzBooks dialect over one token and one page of events, and what it asked of both. */
export function dialect({
  token = aToken(),
  used = 1,
  suspended = [],
  page = onePage,
  findSequences = noSequences,
}: {
  token?: Token;
  used?: number;
  suspended?: readonly string[];
  page?: EventPage;
  findSequences?: SequenceFinder;
} = {}) {
  const ports = tokenPorts(() => token, used, suspended);
  const read = vi.fn<EventReader["readPage"]>(async () => page);
  const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
  const answer = createFinzbooksHandler({
    events: { readPage: read },
    findSequences,
    tokens: ports,
    verifyViewerToken,
    now: () => testNow,
  });
  return { ...ports, read, trace, answer: (request: HttpRequest) => answer(request, trace) };
}
