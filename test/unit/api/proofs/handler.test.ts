import { describe, expect, it } from "vitest";
import type { RequestContext } from "#shared/api/http/request.ts";
import { createProofsHandler } from "#shared/api/proofs/handler.ts";
import { meterRead } from "#shared/events/query/meter-read.ts";
import { meterProofReads } from "#shared/ledger/proofs/meter-proof-reads.ts";
import { aRequest, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { anEventEntry, chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryProofPorts } from "#test/support/memory/proofs.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { signedViewerToken } from "#test/support/viewer-tokens.ts";

const [orgId = ""] = aToken().org_ids;

/** The handler over a log of so many entries. A search for a stored event reads `searchUnits`. */
async function api({ entries = 3, searchUnits = 1 } = {}) {
  const ledger = memoryLedger();
  await putLog(ledger, orgId, chunksOf(eventEntries(entries)));
  const { ports } = memoryProofPorts(ledger);
  const tokens = tokenPorts(() => aToken());
  const context: RequestContext = { responseHeaders: {}, auditFields: {} };
  const handle = createProofsHandler({
    tokens,
    createProofPorts: (meter) => ({
      ...ports,
      ...meterProofReads(ports, meter),
      findStoredEvent: () =>
        meterRead(
          meter,
          async () => anEventEntry("missing", { recorded_at: testNow.toISOString() }),
          () => searchUnits,
        ),
    }),
    now: () => testNow,
  });
  const ask = (path: string) => handle(aRequest(`/api/public/v1/activity/${path}`), context);
  const charged = () => tokens.charge.mock.calls.map(([, , { requests }]) => requests);
  return { ask, handle, charged, context, tokens };
}

const search =
  "proof?entity_id=inv_8c3f1a9b&occurred_at=2026-05-11T08:30:12Z&event_id=evt_4e2a91f06e6c4b4eac9d8d23b6d1c401";

describe("createProofsHandler", () => {
  it.each(["checkpoint", "changes/1/proof", "log/checkpoint", "log/tile/0/000.p/3", "consistency?from=3"])(
    "counts %s as one request",
    async (path) => {
      const { ask, charged, context } = await api();
      await ask("checkpoint");
      expect((await ask(path)).status).toBe(200);
      expect(charged()).toEqual([]);
      expect(context.auditFields).not.toHaveProperty("charged");
    },
  );

  it("refuses viewer tokens, because a proof has what they hide", async () => {
    const { handle, context } = await api();
    const headers = { authorization: `Bearer ${signedViewerToken()}` };
    for (const path of ["changes/1/proof", search, "checkpoint"]) {
      const error = await catchRejection(handle(aRequest(`/api/public/v1/activity/${path}`, { headers }), context));
      expect(error).toMatchObject({ code: "unauthenticated" });
    }
  });

  it("charges the token for what a search reads, even if it finds nothing", async () => {
    const { ask, charged, context } = await api({ searchUnits: 190 });
    expect(await catchRejection(ask(search))).toMatchObject({ code: "not_sealed" });
    expect(charged()).toEqual([2]);
    expect(context.auditFields.charged).toBe(3);
    expect(context.responseHeaders["x-ratelimit-remaining"]).toBe(String(600 - 3));
  });

  it("refuses an expensive search when the token runs three already", async () => {
    const { ask, tokens } = await api({ searchUnits: 300 });
    tokens.acquireLease.mockResolvedValue({ slot: null, freeAt: null });
    expect(await catchRejection(ask(search))).toMatchObject({ code: "rate_limited" });
  });

  it("reads nothing for a token without the scope", async () => {
    const { ask, tokens, charged } = await api({ searchUnits: 300 });
    tokens.count.mockResolvedValue({ token: { ...aToken(), scopes: [], suspended_org_ids: [] }, used: 1 });
    expect(await catchRejection(ask(search))).toMatchObject({ code: "scope_missing" });
    expect(charged()).toEqual([]);
  });
});
