import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { anchorFileName } from "#shared/ledger/anchors/anchor-file-name.ts";
import { anchorLeafHash } from "#shared/ledger/anchors/anchor-leaf.ts";
import { parseAnchorProof, verifyAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { roundRoot } from "#shared/ledger/anchors/anchor-round.ts";
import { parseRound } from "#shared/ledger/anchors/round-text.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { toChunkItem } from "#shared/ledger/dynamodb/chunk-item.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { parseCheckpoint, verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseHash } from "#shared/ledger/formats/hash-line.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { parseVerificationKey, type VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { appendLeaves, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { anInput } from "#test/support/builders.ts";
import { changedAssembly } from "#test/support/infra/assembly.ts";
import { chunksOf, eventEntries, putLog, testSource } from "#test/support/ledger/entries.ts";
import { readLogs, startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

let stack: TestStack;
let tenant: Tenant;
let key: VerificationKey;
let anchorsKey: VerificationKey;

const keysSchema = z.object({ keys: z.array(z.object({ origin: z.string(), verification_key: z.string() })) });

const listed = z.object({
  activity: z.array(z.object({ entity_id: z.string(), event_id: z.string(), occurred_at: z.string() })),
});

const get = (path: string, token = tenant.token) =>
  fetch(`${stack.api}/api/public/v1/activity/${path}`, { headers: { authorization: `Bearer ${token}` } });

const text = async (path: string) => {
  const response = await get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
};

function operatorOf({ endpoints }: TestStack): DynamoDBClient {
  const credentials = { accessKeyId: "operator", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: endpoints.dynamodb, region: "us-east-1", credentials });
  afterAll(() => client.destroy());
  return client;
}

/** The ledger, written without the sequencer: its entries belong to no event. */
function ledgerOf(written: TestStack) {
  return createLedgerStore(operatorOf(written), written.tables.ledger ?? "");
}

/** A stack that lets an operator append to the ledger, and makes anchors after a second instead of a minute. */
function openAssembly(): string {
  const open = (name: string, value: unknown) => {
    if (name === "MaximumBatchingWindowInSeconds") return 1;
    const { data } = writersStatement.safeParse(value);
    return data === undefined ? value : { ...data, Effect: "Allow" };
  };
  return changedAssembly((template) => JSON.stringify(JSON.parse(template), open));
}

const writersStatement = z.looseObject({ Sid: z.literal("DenyOtherWriters") });

beforeAll(async () => {
  stack = await startStack(openAssembly());
  tenant = await stack.tenant(["AIBooks.activity.READ"]);
  await putLog(ledgerOf(stack), tenant.org_id, chunksOf(eventEntries(300), { sizes: [200, 56, 44] }));
  const response = await fetch(`${stack.api}/api/public/v1/activity/keys?organization_id=${tenant.org_id}`);
  const { keys } = keysSchema.parse(await response.json());
  expect(keys.map(({ origin }) => origin)).toEqual([`activity-log-dev/${tenant.org_id}`, "activity-log-dev/~anchors"]);
  const parse = (at: number) => parseVerificationKey(keys[at]?.verification_key ?? "");
  key = parse(0);
  anchorsKey = parse(1);
});

describe("proofs of a running stack", () => {
  it("lead to a checkpoint that the key of the log verifies", async () => {
    const { size } = await verifyCheckpoint(await text("checkpoint"), [key]);
    expect(size).toBe(300);
    for (const sequence of [1, 256, 257, 300]) {
      const proof = parseTlogProof(await text(`changes/${sequence}/proof`));
      const checkpoint = await verifyTlogProof(proof, leafHash(proof.extra ?? new Uint8Array()), [key]);
      expect([proof.index, checkpoint.size]).toEqual([sequence - 1, 300]);
    }
  });

  it("show that the log only grew, after a new checkpoint is signed", async () => {
    const older = await text("checkpoint");
    const ledger = ledgerOf(stack);
    const head = await ledger.getNewestChunk(tenant.org_id, true);
    const { chunk, tileRoots } = nextChunk(head, eventEntries(7, "later"), { now: new Date(), source: testSource });
    await ledger.put(tenant.org_id, chunk, tileRoots);
    const early = await get("changes/307/proof");
    expect([early.status, Number(early.headers.get("retry-after"))]).toEqual([404, expect.any(Number)]);
    await until(async () => (await get("changes/307/proof")).status === 200);

    const consistency = await text("consistency?from=300");
    const end = consistency.indexOf("\n\n");
    const [old, ...hashes] = consistency.slice(0, end).split("\n");
    const newer = await verifyCheckpoint(consistency.slice(end + 2), [key]);
    expect([old, newer.size]).toEqual(["old 300", 307]);
    const proof = hashes.map((line) => parseHash(line, "hash"));
    expect(() => verifyConsistency(parseCheckpoint(parseSignedNote(older).text), newer, proof)).not.toThrow();

    const before = parseTlogProof(await text("changes/300/proof?size=300"));
    expect((await verifyTlogProof(before, leafHash(before.extra ?? new Uint8Array()), [key])).size).toBe(300);
  });

  it("are found by the event, as a list shows it", async () => {
    const writer = await stack.tenant(["AIBooks.activity.READ"]);
    await stack.append([anInput({ org_id: writer.org_id, entity_id: "inv_proved" })]);
    const feed = await stack.get("/api/public/v1/activity?entity_id=inv_proved&include=sequence", writer.headers);
    const [event] = listed.parse(await feed.json()).activity;
    const query = new URLSearchParams({ ...event });
    const found = await until(async () => {
      const response = await get(`proof?${query}`, writer.token);
      if (response.status !== 200) expect([response.status, response.headers.get("retry-after")]).toEqual([404, "1"]);
      return response.status === 200 && response.text();
    });
    const origin = `${key.name.split("/")[0]}/${writer.org_id}`;
    const keys = await fetch(`${stack.api}/api/public/v1/activity/keys?organization_id=${writer.org_id}`);
    const [own] = keysSchema.parse(await keys.json()).keys;
    const proof = parseTlogProof(found);
    const ownKey = parseVerificationKey(own?.verification_key ?? "");
    expect(
      await verifyTlogProof(proof, parseLoggedEntry(proof.extra ?? new Uint8Array()).leaf, [ownKey]),
    ).toMatchObject({ origin });
    const numbered = await stack.get("/api/public/v1/activity?include=sequence", writer.headers);
    expect(await numbered.json()).toMatchObject({ activity: [{ sequence: proof.index + 1 }] });
    query.set("entity_id", "inv_other");
    expect((await get(`proof?${query}`, writer.token)).status).toBe(404);
    query.set("occurred_at", "2026-05-11");
    expect((await get(`proof?${query}`, writer.token)).status).toBe(400);
  });

  it("can be made from tiles, which never change", async () => {
    const response = await get("log/tile/0/001.p/44");
    expect(response.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    const leaves = new Uint8Array(await response.arrayBuffer());
    const node = new Uint8Array(await (await get("log/tile/0/000")).arrayBuffer());
    expect([leaves.length, node.length]).toEqual([44 * 32, 256 * 32]);
    const hashes = [...node, ...leaves];
    const all = Array.from({ length: 300 }, (_, at) => Uint8Array.from(hashes.slice(32 * at, 32 * at + 32)));
    const proof = parseTlogProof(await text("changes/1/proof?size=300"));
    const { root } = parseCheckpoint(parseSignedNote(proof.checkpoint).text);
    expect(Buffer.from(rootOf(appendLeaves([], 0, all)))).toEqual(Buffer.from(root));
    expect((await get("log/tile/0/001.p/43")).status).toBe(404);
    expect((await get("log/tile/entries/001.p/44")).status).toBe(200);
  });

  it("are for tokens of the organisation only, with the scope", async () => {
    const other = await stack.tenant(["AIBooks.webhooks.MANAGE"]);
    expect((await get("checkpoint", other.token)).status).toBe(403);
    expect((await get("checkpoint", "nothing")).status).toBe(401);
    const empty = await stack.tenant(["AIBooks.activity.READ"]);
    expect((await get("checkpoint", empty.token)).status).toBe(404);
    expect((await get("checkpoint?sequence=0")).status).toBe(400);
    expect((await get("changes/x/proof")).status).toBe(400);
    expect((await get("changes/1/proof?size=9")).status).toBe(404);
    expect((await get("unknown")).status).toBe(404);
  });
});

describe("anchors of a running stack", () => {
  it("commit to the log of each organisation, and are stored outside", async () => {
    const writer = await stack.tenant(["AIBooks.activity.READ"]);
    await stack.append([anInput({ org_id: writer.org_id }), anInput({ org_id: writer.org_id })]);
    const proof = await until(async () => {
      const response = await get("changes/2/anchor", writer.token);
      return response.status === 200 ? parseAnchorProof(await response.text()) : undefined;
    });
    const { head, roundIndex, checkpoint } = await verifyAnchorProof(proof, [anchorsKey]);
    expect([head.origin, checkpoint.origin]).toEqual([
      `activity-log-dev/${writer.org_id}`,
      "activity-log-dev/~anchors",
    ]);
    const signed = await (await get("checkpoint?sequence=2", writer.token)).text();
    const own = parseCheckpoint(parseSignedNote(signed).text);
    expect([head.size, encodeBase64(head.root)]).toEqual([own.size, encodeBase64(own.root)]);

    const file = join(stack.logs, "anchors", anchorFileName(roundIndex));
    const round = parseRound(await until(async () => (existsSync(file) ? readFileSync(file, "utf8") : undefined)));
    const entry = parseLoggedEntry(round.proof.extra ?? new Uint8Array());
    await verifyTlogProof(round.proof, entry.leaf, [anchorsKey]);
    expect(encodeBase64(roundRoot(round.leaves))).toBe(encodeBase64(entry.sha256));
    expect(round.leaves.map(encodeBase64)).toContain(encodeBase64(anchorLeafHash(proof)));
  });

  it("are public, name no organisation, and need a token for a proof", async () => {
    const read = (path: string) => fetch(`${stack.api}/api/public/v1/activity/anchors/${path}`);
    const note = await read("checkpoint");
    expect([note.status, note.headers.get("cache-control")]).toEqual([200, "public, max-age=10"]);
    const { size } = await verifyCheckpoint(await note.text(), [anchorsKey]);
    const tile = await read(`tile/entries/000.p/${size}`);
    expect([tile.status, tile.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect(await tile.text()).not.toContain("org_");
    expect((await read("tile/0/000.p/255")).status).toBe(404);
    expect((await read("tile/x")).status).toBe(404);
    expect((await read("checkpoint?organization_id=x")).status).toBe(400);
    expect((await read("rounds")).status).toBe(404);
    expect((await get("changes/1/anchor", "nothing")).status).toBe(401);
    expect((await get("changes/9999/anchor")).status).toBe(404);
  });
});

describe("the table that the functions of the ledger continue from", () => {
  it.each(["sequencer#ledger#shard-1", "reconcile#ledger#org_1", "anchors#ledger", "checkpoint#org_1"])(
    "refuses %s of an operator",
    async (pk) => {
      const Item = { pk: { S: pk }, sk: { S: "planted" } };
      const put = operatorOf(stack).send(new PutItemCommand({ TableName: stack.tables.config, Item }));
      await expect(put).rejects.toThrow(/not authorized|AccessDenied|explicit deny/i);
    },
  );

  it("accepts other items of an operator", async () => {
    const Item = { pk: { S: "note#of-an-operator" }, sk: { S: "1" } };
    await operatorOf(stack).send(new PutItemCommand({ TableName: stack.tables.config, Item }));
  });
});

describe("a ledger that is rewritten", () => {
  it("is reported, and not signed until the item is put back", async () => {
    const { org_id, token } = await stack.tenant(["AIBooks.activity.READ"]);
    const operator = operatorOf(stack);
    const put = (chunk: Chunk) =>
      operator.send(new PutItemCommand({ TableName: stack.tables.ledger, Item: toChunkItem(org_id, chunk) }));
    const [first, last] = await putLog(ledgerOf(stack), org_id, chunksOf(eventEntries(4), { sizes: [2, 2] }));
    if (first === undefined || last === undefined) throw new Error("no chunks");
    const signed = await (await get("checkpoint", token)).text();

    await put(nextChunk(first, eventEntries(2, "forged"), { now: new Date(), source: testSource }).chunk);
    await until(async () => (await get("checkpoint", token)).status === 500);
    const parts = ['"ledger tampered"', '"LedgerTampered":1', '"fork refused"', '"ForkRefused":1'];
    await until(() => {
      const logs = readLogs(stack.logs);
      return parts.every((part) => logs.includes(part));
    });

    await put(last);
    expect(await (await get("checkpoint", token)).text()).toBe(signed);
  });
});
