import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import type { RequestContext } from "#shared/api/http/request.ts";
import { noViewerLimits, type ViewerLimits } from "#shared/auth/viewer-tokens/viewer-token.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { anEvent, aRequest, aToken, testNow } from "#test/support/builders.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";
import { scanningReader } from "#test/support/memory/scanning-reader.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { aViewerToken, signedViewerToken, verifyViewerToken } from "#test/support/viewer-tokens.ts";

const documents = ["doc_1", "doc_2", "doc_3"];
const contacts = ["con_1", "con_2"];
const actors = ["usr_1", "usr_2"];

/** Each document has one type: an id names a document. */
const someEvent = fc.record({
  org_id: fc.constantFrom(aViewerToken().org_id, "org_other"),
  entity_id: fc.constantFrom(...documents),
  contact_id: fc.constantFrom(...contacts),
  actor_user_id: fc.constantFrom(...actors),
  action: fc.constantFrom("INVOICE_SENT", "INVOICE_PAID"),
  minute: fc.integer({ min: 10, max: 59 }),
});

const log = fc.array(someEvent, { minLength: 5, maxLength: 60 }).map((generated) =>
  generated.map(({ minute, ...fields }, at) =>
    anEvent({
      ...fields,
      entity_type: "INVOICE",
      event_id: `evt_${String(at).padStart(32, "0")}`,
      occurred_at: `2026-05-11T08:${minute}:12.000Z`,
    }),
  ),
);

const limits: fc.Arbitrary<Partial<ViewerLimits>> = fc.oneof(
  fc.constant({}),
  fc.record({ entity_type: fc.constant("INVOICE"), entity_id: fc.constantFrom(...documents) }),
  fc.record({ contact_id: fc.constantFrom(...contacts) }),
  fc.record({ actor_user_id: fc.constantFrom(...actors) }),
);

const path = fc.constantFrom(
  "/api/public/v1/activity",
  ...documents.map((id) => `/api/public/v1/invoices/${id}/activity`),
);

const parameterValues = {
  entity_type: fc.constantFrom("INVOICE", "BILL"),
  entity_id: fc.constantFrom(...documents, "doc_unknown"),
  actor_user_id: fc.constantFrom(...actors),
  action: fc.constantFrom("INVOICE_SENT", "INVOICE_PAID"),
  event_id: fc.integer({ min: 0, max: 59 }).map((at) => `evt_${String(at).padStart(32, "0")}`),
  since: fc.constant("2026-05-11T08:20:00Z"),
  until: fc.constant("2026-05-11T08:50:00Z"),
  limit: fc.constantFrom("1", "2", "500"),
  include: fc.constant("actor,text,related,cursor"),
};

const query = fc
  .record(parameterValues)
  .chain((values) =>
    fc
      .subarray(Object.entries(values), { maxLength: 4 })
      .map((chosen) => new URLSearchParams(Object.fromEntries(chosen))),
  );

/** Returns all pages that a visitor gets, with the rate limit headers, and how many items were examined for each. */
async function observe(events: readonly ActivityEvent[], secret: string, first: string, itemsPerPage: number) {
  const reader = scanningReader(events, itemsPerPage);
  const readPage = vi.fn(reader.readPage);
  const token = aToken({ token_id: aViewerToken().issuer_token_id });
  const tokens = tokenPorts(() => token);
  const answer = createFinzbooksHandler({
    events: { readPage },
    findSequences: noSequences,
    tokens,
    verifyViewerToken,
    now: () => testNow,
  });
  const seen = [];
  for (let target: string | null = first; target !== null; ) {
    const request = aRequest(target, { headers: { authorization: `Bearer ${secret}` } });
    const context: RequestContext = { responseHeaders: {}, auditFields: {} };
    const response = await answer(request, context).catch((error: unknown) => renderError(error, request));
    seen.push({ ...response, rate: context.responseHeaders, reads: readPage.mock.calls.length });
    target = /<https?:\/\/[^/]+([^>]+)>/.exec(response.headers.link ?? "")?.[1] ?? null;
  }
  return seen;
}

describe("what a viewer token shows", () => {
  it("is the same with and without the events outside its limits: status, body, ETag, links, number of reads", async () => {
    let differing = 0;
    await fc.assert(
      fc.asyncProperty(
        log,
        limits,
        path,
        query,
        fc.integer({ min: 1, max: 4 }),
        async (events, over, at, wish, size) => {
          const granted = { ...noViewerLimits, ...over };
          const isWithin = (event: ActivityEvent) =>
            event.org_id === aViewerToken().org_id &&
            (granted.entity_id === null || event.entity_id === granted.entity_id) &&
            (granted.contact_id === null || event.contact_id === granted.contact_id) &&
            (granted.actor_user_id === null || event.actor_user_id === granted.actor_user_id);
          const own = events.filter(isWithin);
          if (own.length < events.length) differing += 1;
          const secret = signedViewerToken({ ...granted, hide: [] });
          const target = `${at}?${wish}`;
          expect(await observe(events, secret, target, size)).toEqual(await observe(own, secret, target, size));
        },
      ),
      { numRuns: 400 },
    );
    expect(differing).toBeGreaterThan(200);
  });
});
