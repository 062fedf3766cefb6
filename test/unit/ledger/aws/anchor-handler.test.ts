import type { DynamoDBRecord } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { AnchorConflictError } from "#shared/ledger/anchors/assert-same-round.ts";
import { parseRound } from "#shared/ledger/anchors/round-text.ts";
import { type AnchorHandlerOptions, createAnchorHandler } from "#shared/ledger/aws/anchor-handler.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { parseCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { verifyCosignatures } from "#shared/ledger/formats/cosignature.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseWitnesses } from "#shared/ledger/witnesses/parse-witnesses.ts";
import { requestCosignatures, type WitnessPorts } from "#shared/ledger/witnesses/request-cosignatures.ts";
import type { QuarantineReference } from "#shared/platform/aws/quarantine-queue.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { testNow } from "#test/support/builders.ts";
import { toChunkRecord } from "#test/support/ledger/chunk-record.ts";
import { chunksOf, eventEntries } from "#test/support/ledger/entries.ts";
import { testWitness } from "#test/support/ledger/test-witness.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { memoryAnchorProgress, memoryAnchorStore, memoryRounds } from "#test/support/memory/anchors.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryCheckpointKey, memoryCheckpoints, memoryTiles, testLogName } from "#test/support/memory/proofs.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

/** Returns the records of a log whose chunks have one entry each. */
function recordsOf(log: string, count: number): DynamoDBRecord[] {
  const sizes = Array.from({ length: count }, () => 1);
  return [...chunksOf(eventEntries(count), { sizes })].map(({ chunk }) => toChunkRecord(log, chunk));
}

function anAnchorFunction(over: Partial<AnchorHandlerOptions> = {}) {
  const ledger = memoryLedger();
  const rounds = memoryRounds();
  const store = memoryAnchorStore();
  const quarantined: QuarantineReference[] = [];
  const damaged: number[] = [];
  const clock = { now: testNow };
  const handler = createAnchorHandler({
    ledger,
    rounds,
    store,
    checkpoints: memoryCheckpoints(),
    tiles: memoryTiles(ledger),
    progress: memoryAnchorProgress(),
    checkpointKeys: [memoryCheckpointKey().key],
    quarantine: { put: async (reference) => void quarantined.push(reference) },
    logName: testLogName,
    requestCosignatures: async ({ note }) => `${note}cosigned\n`,
    createSeed: () => new Uint8Array(32).fill(store.texts.size),
    reportFork: () => {},
    reportDamagedRound: (index) => void damaged.push(index),
    now: () => clock.now,
    waitAfterConflict: async () => {},
    ...over,
  });
  const anchor = (...Records: DynamoDBRecord[]) => handler({ Records }, buildLambdaContext());
  const publish = () => handler({}, buildLambdaContext());
  const heads = () => [...rounds.rounds.values()].map((round) => round.heads.map(({ log, size }) => `${log} ${size}`));
  return { ledger, rounds, store, quarantined, damaged, clock, anchor, publish, heads };
}

const metric = (name: string) => lines.flatMap((line) => (name in line ? [line[name]] : []));
const done = { batchItemFailures: [] };

describe("createAnchorHandler", () => {
  it("anchors the newest head of each log of a batch in one round, and stores the round outside", async () => {
    const { anchor, heads, store, ledger } = anAnchorFunction();
    expect(await anchor(...recordsOf("org_a", 3), ...recordsOf("org_b", 1))).toEqual(done);
    expect(heads()).toEqual([["org_a 3", "org_b 1"]]);
    const { proof, leaves } = parseRound((store.texts.get(0) ?? "").replace(/cosigned\n$/, ""));
    expect(leaves).toHaveLength(256);
    expect(parseCheckpoint(parseSignedNote(proof.checkpoint).text)).toEqual({
      origin: `${testLogName}/~anchors`,
      size: 1,
      root: Uint8Array.from(ledger.logs.get(anchorsLog)?.[0]?.root ?? []),
    });
    expect(store.texts.get(0)).toMatch(/cosigned\n$/);
    expect([metric("AnchorRounds"), metric("AnchorLag")]).toEqual([[1], [0]]);
  });

  it("stores the cosignatures of witnesses with a round, and without that of one that is away", async () => {
    const witness = testWitness("witness.example.com");
    const away = testWitness("away.example.com", { seed: 8 });
    const progress = memoryAnchorProgress();
    const unsigned: string[] = [];
    const ports: WitnessPorts = {
      witnesses: parseWitnesses(
        JSON.stringify([
          { url: "https://witness.example.com", key: witness.verificationKey },
          { url: "https://away.example.com", key: away.verificationKey },
        ]),
      ),
      progress,
      send: async (url, init) => {
        if (url.startsWith("https://away")) throw new Error("away");
        return witness.send(url, init);
      },
      reportUnsigned: (name) => unsigned.push(name),
      reportUnsignedCount: () => {},
      reportContradiction: () => {},
    };
    const { anchor, store } = anAnchorFunction({
      requestCosignatures: (checkpoint, readSubtrees) => requestCosignatures(ports, checkpoint, readSubtrees),
    });
    const keys = ports.witnesses.slice(0, 1).map(({ key }) => key);
    for (const [index, count] of [1, 2].entries()) {
      expect(await anchor(...recordsOf("org_a", count))).toEqual(done);
      const { checkpoint } = parseRound(store.texts.get(index) ?? "").proof;
      expect((await verifyCosignatures(checkpoint, keys)).map((one) => one.witness)).toEqual(["witness.example.com"]);
    }
    expect([await progress.get("witness.example.com"), unsigned]).toEqual([2, Array(2).fill("away.example.com")]);
  });

  it("anchors nothing for its own log", async () => {
    const { anchor, ledger } = anAnchorFunction();
    expect(await anchor(...recordsOf(anchorsLog, 1))).toEqual(done);
    expect(ledger.logs.has(anchorsLog)).toBe(false);
  });

  it("reports every record that is not an INSERT, and anchors the others", async () => {
    const { anchor, heads } = anAnchorFunction();
    const [changed, removed, added] = recordsOf("org_a", 3).map((record, at) => ({
      ...record,
      eventName: (["MODIFY", "REMOVE", "INSERT"] as const)[at] ?? "INSERT",
    }));
    if (!changed || !removed || !added) throw new Error("no records");
    expect(await anchor(changed, removed, added)).toEqual(done);
    expect(metric("LedgerTampered")).toEqual([2]);
    const named = lines.filter(({ message }) => message === "ledger tampered");
    expect(named.map(({ event_name, key }) => [event_name, key])).toEqual([
      ["MODIFY", { pk: "log#org_a", sk: "0" }],
      ["REMOVE", { pk: "log#org_a", sk: "1" }],
    ]);
    expect(heads()).toEqual([["org_a 3"]]);
  });

  it("puts a damaged chunk into quarantine, and anchors the others", async () => {
    const { anchor, heads, quarantined } = anAnchorFunction();
    const [damaged] = recordsOf("org_bad", 1);
    if (damaged?.dynamodb?.NewImage === undefined) throw new Error("no record");
    damaged.dynamodb.NewImage.size = { N: "7" };
    expect(await anchor(damaged, ...recordsOf("org_a", 1))).toEqual(done);
    expect(quarantined.map(({ key }) => key)).toEqual([{ pk: "log#org_bad", sk: "0" }]);
    expect(heads()).toEqual([["org_a 1"]]);
  });

  it("repeats the batch when the round cannot be appended", async () => {
    const ledger = memoryLedger();
    const put = async () => {
      throw new ActivityError("unavailable", "busy");
    };
    const { anchor } = anAnchorFunction({ ledger: { ...ledger, put } });
    expect(await anchor(...recordsOf("org_a", 2))).toEqual({ batchItemFailures: [{ itemIdentifier: "10" }] });
  });

  it("repeats the batch when others always append first", async () => {
    const ledger = memoryLedger();
    const { anchor } = anAnchorFunction({ ledger: { ...ledger, put: async () => false } });
    expect(await anchor(...recordsOf("org_a", 1))).toEqual({ batchItemFailures: [{ itemIdentifier: "10" }] });
  });

  it("does not repeat the batch when the store outside fails, and stores the rounds later", async () => {
    const store = memoryAnchorStore();
    let isBroken = true;
    const put = async (index: number, text: string) => {
      if (isBroken) throw new Error("AccessDenied");
      await store.put(index, text);
    };
    const { anchor, publish, clock } = anAnchorFunction({ store: { name: "memory", put } });
    expect(await anchor(...recordsOf("org_a", 1))).toEqual(done);
    clock.now = new Date(testNow.getTime() + 3_600_000);
    expect(await anchor(...recordsOf("org_b", 1))).toEqual(done);
    expect(metric("AnchorLag")).toEqual([0, 3_600_000]);
    isBroken = false;
    expect(await publish()).toBeUndefined();
    expect([...store.texts.keys()]).toEqual([0, 1]);
    expect(metric("AnchorLag").at(-1)).toBe(0);
  });

  it("counts a store that has something else than a round, and does not call the round stored", async () => {
    const put = async (index: number) => {
      throw new AnchorConflictError(index);
    };
    const { anchor, publish, clock } = anAnchorFunction({ store: { name: "memory", put } });
    expect(await anchor(...recordsOf("org_a", 1))).toEqual(done);
    clock.now = new Date(testNow.getTime() + 7_200_000);
    await publish();
    expect([metric("AnchorConflict"), metric("AnchorLag").at(-1)]).toEqual([[1, 1], 7_200_000]);
  });

  it("does not believe that more rounds are stored than there are", async () => {
    const progress = { ...memoryAnchorProgress(), get: async () => Number.MAX_SAFE_INTEGER };
    const { anchor, publish, clock, store } = anAnchorFunction({ progress });
    expect(await anchor(...recordsOf("org_a", 1))).toEqual(done);
    clock.now = new Date(testNow.getTime() + 7_200_000);
    await publish();
    expect([store.texts.size, metric("AnchorLag").at(-1)]).toEqual([0, 7_200_000]);
  });

  it("stores the proof of a round whose heads are missing, and reports it", async () => {
    const rounds = memoryRounds();
    const { anchor, damaged, store } = anAnchorFunction({ rounds: { put: async () => {}, get: rounds.get } });
    expect(await anchor(...recordsOf("org_a", 1))).toEqual(done);
    expect(damaged).toEqual([0]);
    expect(store.texts.get(0)).toMatch(/^activity-anchor-round\/v1\n\nc2sp.org\/tlog-proof@v1\n/);
  });

  it("signs rounds that are stored nowhere", async () => {
    const checkpoints = memoryCheckpoints();
    const { anchor } = anAnchorFunction({ store: null, checkpoints });
    expect(await anchor(...recordsOf("org_a", 1))).toEqual(done);
    expect((await checkpoints.getLatest(anchorsLog))?.size).toBe(1);
    expect(metric("AnchorLag")).toEqual([]);
  });

  it("does nothing without records while the log of anchors is empty", async () => {
    const { publish, store } = anAnchorFunction();
    await publish();
    expect(store.texts.size).toBe(0);
  });
});
