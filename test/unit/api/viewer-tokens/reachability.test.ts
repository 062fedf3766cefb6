import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import type { HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { noViewerLimits, type ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { anEvent, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";
import { scanningReader } from "#test/support/memory/scanning-reader.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { aViewerToken, signedViewerToken, verifyViewerToken } from "#test/support/viewer-tokens.ts";

const orgs = ["org_8f9a1c2d", "org_other"];
const documents = ["doc_1", "doc_2", "doc_3"];
const contacts = ["con_1", "con_2"];
const actors = ["usr_1", "usr_2"];
const types = ["INVOICE", "BILL"] as const;

const someEvent = fc.record({
  org_id: fc.constantFrom(...orgs),
  entity_type: fc.constantFrom(...types),
  entity_id: fc.constantFrom(...documents),
  contact_id: fc.constantFrom(...contacts),
  actor_user_id: fc.constantFrom(...actors),
  minute: fc.integer({ min: 10, max: 59 }),
});

/** Each secret of an event is unique, so that it is found wherever it appears. */
const log = fc.array(someEvent, { minLength: 1, maxLength: 25 }).map((generated) =>
  generated.map(({ minute, ...fields }, at): ActivityEvent => {
    const number = String(at).padStart(3, "0");
    return anEvent({
      ...fields,
      event_id: `evt_${number.padStart(32, "f")}`,
      occurred_at: `2026-05-11T08:${minute}:12.000Z`,
      entity_ref: `REF<${number}>`,
      actor: toJsonText({ name: `ACTOR<${number}>`, email: `ACTOR<${number}>@example.com` }),
      changes: toJsonText({ total: { old: null, new: `TOTAL<${number}>` }, status: { old: "DRAFT", new: "SENT" } }),
      metadata: toJsonText({ ip: `IP<${number}>`, user_agent: `AGENT<${number}>`, source: `SOURCE<${number}>` }),
      text: `TOTAL<${number}> by ACTOR<${number}>`,
      related: toJsonText([{ entity_type: "CONTACT", entity_id: fields.contact_id, entity_ref: `CONTACT<${number}>` }]),
    });
  }),
);

const limits = fc.oneof(
  fc.constant({}),
  fc.record({ entity_type: fc.constantFrom(...types), entity_id: fc.constantFrom(...documents) }),
  fc.record({ contact_id: fc.constantFrom(...contacts) }),
  fc.record({ actor_user_id: fc.constantFrom(...actors) }),
);

const viewer = fc.record({
  limits: limits.map((over) => ({ ...noViewerLimits, ...over })),
  hide: fc.subarray(["metadata.ip", "metadata.user_agent", "metadata", "changes.total", "changes", "actor"]),
});

const path = fc.oneof(
  fc.constant("/api/public/v1/activity"),
  fc
    .tuple(fc.constantFrom("invoices", "bills"), fc.constantFrom(...documents))
    .map(([collection, id]) => `/api/public/v1/${collection}/${id}/activity`),
);

const eventIds = Array.from({ length: 25 }, (_, at) => `evt_${String(at).padStart(3, "0").padStart(32, "f")}`);

const parameterValues = {
  entity_type: fc.constantFrom(...types),
  entity_id: fc.constantFrom(...documents),
  actor_user_id: fc.constantFrom(...actors),
  contact_id: fc.constantFrom(...contacts),
  action: fc.constantFrom("INVOICE_SENT", "BILL_PAID"),
  event_id: fc.constantFrom(...eventIds),
  since: fc.constant("2026-05-11T08:20:00Z"),
  limit: fc.constantFrom("1", "2", "500"),
  include: fc.constantFrom("actor", "text", "related", "sequence", "cursor", "actor,text,related,cursor"),
  organization_id: fc.constantFrom(...orgs),
  cursor: fc.constantFrom("of the issuer", "of another viewer"),
};

/** A few parameters: many together would mostly be rejected before anything is read. */
const query = fc
  .record(parameterValues)
  .chain((values) =>
    fc
      .subarray(Object.entries(values), { maxLength: 3 })
      .map((chosen): Record<string, string> => Object.fromEntries(chosen)),
  );

type Client = (target: string, secret: string) => Promise<HttpResponse>;

function clientOf(events: readonly ActivityEvent[], itemsPerPage: number): Client {
  const issuer = aToken({ org_ids: orgs, token_id: aViewerToken().issuer_token_id, scopes: ["AIBooks.activity.READ"] });
  const answer = createFinzbooksHandler({
    events: scanningReader(events, itemsPerPage),
    findSequences: noSequences,
    tokens: tokenPorts(({ hash, holder }) => (hash === null ? { ...issuer, token_id: holder } : { ...issuer, hash })),
    verifyViewerToken,
    now: () => testNow,
  });
  return async (target, secret) => {
    const request = aRequest(target, {
      headers: { authorization: `Bearer ${secret}`, origin: "https://app.example.com" },
    });
    const context: RequestContext = { responseHeaders: {}, auditFields: {} };
    try {
      return await answer(request, context);
    } catch (error) {
      return renderError(error, request);
    }
  };
}

const nextOf = (response: HttpResponse) => /<https?:\/\/[^/]+([^>]+)>/.exec(response.headers.link ?? "")?.[1] ?? null;
const cursorOf = (target: string | null) => new URLSearchParams(target?.split("?")[1]).get("cursor");

/** Returns all that a response reveals: its body, its headers, and the text in its cursor. */
function revealedBy(response: HttpResponse): string {
  const cursor = Buffer.from(cursorOf(nextOf(response)) ?? "", "base64url").toString();
  return `${response.body}\n${JSON.stringify(response.headers)}\n${cursor}`;
}

/** Returns the texts that a viewer token must not reveal. */
function forbiddenTexts(
  events: readonly ActivityEvent[],
  { hide, ...token }: Pick<ViewerToken, "hide"> & typeof noViewerLimits,
) {
  return events.flatMap((event) => {
    const number = event.event_id.slice(-3);
    const isWithin =
      event.org_id === aViewerToken().org_id &&
      (token.entity_type === null || event.entity_type === token.entity_type) &&
      (token.entity_id === null || event.entity_id === token.entity_id) &&
      (token.contact_id === null || event.contact_id === token.contact_id) &&
      (token.actor_user_id === null || event.actor_user_id === token.actor_user_id);
    if (!isWithin) return [event.event_id, `<${number}>`];
    const hides = (...names: string[]) => names.some((name) => hide.includes(name));
    return [
      ...(hides("metadata", "metadata.ip") ? [`IP<${number}>`] : []),
      ...(hides("metadata", "metadata.user_agent") ? [`AGENT<${number}>`] : []),
      ...(hides("metadata") ? [`SOURCE<${number}>`] : []),
      ...(hides("changes", "changes.total") ? [`TOTAL<${number}>`] : []),
      ...(hides("actor") ? [`ACTOR<${number}>`, `"actor_user_id":"${event.actor_user_id}"`] : []),
    ];
  });
}

describe("a viewer token", () => {
  it("reaches nothing outside its limits, by any path, filter, cursor or include", async () => {
    let pages = 0;
    await fc.assert(
      fc.asyncProperty(
        log,
        viewer,
        path,
        query,
        fc.integer({ min: 1, max: 5 }),
        async (events, granted, at, wish, size) => {
          const client = clientOf(events, size);
          const secret = signedViewerToken({ ...granted.limits, hide: granted.hide });
          const parameters = new URLSearchParams(wish);
          if (wish.cursor !== undefined) {
            const other = wish.cursor === "of the issuer" ? aSecret() : signedViewerToken();
            parameters.delete("cursor");
            const cursor = cursorOf(nextOf(await client(`${at}?${parameters}`, other)));
            if (cursor !== null) parameters.set("cursor", cursor);
          }
          const forbidden = forbiddenTexts(events, { ...granted.limits, hide: granted.hide });
          let target: string | null = `${at}?${parameters}`;
          while (target !== null) {
            const response: HttpResponse = await client(target, secret);
            const revealed = revealedBy(response);
            for (const text of forbidden) expect(revealed).not.toContain(text);
            if (response.status === 200) pages += 1;
            target = nextOf(response);
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(pages).toBeGreaterThan(100);
  });

  // A request examines four pages of this size at most, which is the whole log.
  it("reaches all events within its limits", async () => {
    await fc.assert(
      fc.asyncProperty(log, limits, fc.integer({ min: 8, max: 12 }), async (events, over, size) => {
        const client = clientOf(events, size);
        const token = { ...noViewerLimits, ...over };
        const found: string[] = [];
        let target: string | null = "/api/public/v1/activity?limit=500";
        while (target !== null) {
          const response: HttpResponse = await client(target, signedViewerToken({ ...token, hide: [] }));
          found.push(...(response.body.match(/(?<="event_id":")[^"]+/g) ?? []));
          target = nextOf(response);
        }
        const outside = new Set(forbiddenTexts(events, { ...token, hide: [] }));
        const within = events.map(({ event_id }) => event_id).filter((id) => !outside.has(id));
        expect(found.toSorted()).toEqual(within.toSorted());
      }),
      { numRuns: 100 },
    );
  });
});
