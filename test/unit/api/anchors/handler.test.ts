import { describe, expect, it } from "vitest";
import { createAnchorsHandler } from "#shared/api/anchors/handler.ts";
import type { RequestContext } from "#shared/api/http/request.ts";
import { renewNow } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { aRequest } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryCheckpointKey, memoryProofPorts } from "#test/support/memory/proofs.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

/** The handler without any anchor, asked without a token. */
function api(checkpointKeys = [memoryCheckpointKey().key]) {
  const ports = { ...memoryProofPorts(memoryLedger()).ports, checkpointKeys };
  const context: RequestContext = { responseHeaders: {}, auditFields: {} };
  const handle = createAnchorsHandler({ anchors: { ...ports, servedTiles: new Map() }, keys: ports });
  const ask = (path: string) => handle(aRequest(`/api/public/v1/activity/${path}`, { headers: {} }), context);
  return { ask, context };
}

describe("get_anchors_tile", () => {
  it("reads a tile once, and none that no checkpoint has", async () => {
    const ledger = memoryLedger();
    const memory = memoryProofPorts(ledger);
    await putLog(ledger, anchorsLog, chunksOf(eventEntries(300)));
    await renewNow(memory.ports, anchorsLog);
    const handle = createAnchorsHandler({ anchors: { ...memory.ports, servedTiles: new Map() }, keys: memory.ports });
    const context: RequestContext = { responseHeaders: {}, auditFields: {} };
    const ask = (path: string) => handle(aRequest(`/api/public/v1/activity/${path}`, { headers: {} }), context);
    const first = await ask("anchors/tile/0/000");
    memory.tiles.reads.length = 0;
    expect(await ask("anchors/tile/0/000")).toEqual(first);
    expect(memory.tiles.reads).toEqual([]);
    await ask("anchors/tile/0/001.p/44");
    expect(memory.tiles.reads.length).toBeGreaterThan(0);
    for (const tile of ["0/001.p/45", "0/002", "x"]) {
      expect(await catchRejection(ask(`anchors/tile/${tile}`))).toMatchObject({ code: "not_found" });
    }
  });
});

describe("list_log_keys", () => {
  it("returns the keys of the log and of the log of anchors, which caches may store", async () => {
    const { ask, context } = api();
    const { status, headers, body } = await ask("keys?organization_id=org_8f9a1c2d");
    expect([status, headers["cache-control"]]).toEqual([200, "public, max-age=300"]);
    const always = { signs_from: null, signs_until: null };
    expect(JSON.parse(body).keys).toEqual([
      { origin: trustVectors.origin, verification_key: trustVectors.verification_key, ...always },
      {
        origin: "activity.example.com/~anchors",
        verification_key: trustVectors.anchor_round.verification_key,
        ...always,
      },
    ]);
    expect(context.auditFields).toMatchObject({ route: "list_keys" });
  });

  it("returns former keys, and the times of each", async () => {
    const [from, until] = [new Date("2027-03-01T00:00:00.000Z"), new Date("2027-04-01T00:00:00.000Z")];
    const { ask } = api([
      memoryCheckpointKey(undefined, { until }).key,
      memoryCheckpointKey(Buffer.alloc(32, 2), { from }).key,
    ]);
    const { keys } = JSON.parse((await ask("keys?organization_id=org_8f9a1c2d")).body);
    expect(keys).toMatchObject([
      { origin: trustVectors.origin, signs_from: null, signs_until: until.toISOString() },
      { origin: trustVectors.origin, signs_from: from.toISOString(), signs_until: null },
      { origin: "activity.example.com/~anchors" },
      { origin: "activity.example.com/~anchors" },
    ]);
    expect(new Set(keys.map(({ verification_key }: { verification_key: string }) => verification_key)).size).toBe(4);
  });

  it.each([
    ["keys", "required_field"],
    ["keys?organization_id=x y", "invalid_value"],
    ["keys?organization_id=org_1&organization_id=org_2", "invalid_value"],
    ["keys?organization_id=org_1&org=x", "invalid_value"],
    ["keys/x", "not_found"],
  ])("refuses %s with %s", async (path, code) => {
    expect(await catchRejection(api().ask(path))).toMatchObject({ code });
  });
});

describe("the log of anchors", () => {
  it.each([
    ["anchors/checkpoint", "not_found"],
    ["anchors/checkpoint?organization_id=org_1", "invalid_value"],
    ["anchors/tile/0/000?x=1", "invalid_value"],
  ])("refuses %s with %s", async (path, code) => {
    expect(await catchRejection(api().ask(path))).toMatchObject({ code });
  });
});
