import { beforeEach, describe, expect, it } from "vitest";
import { parseAnchorProof, verifyAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { appendRounds } from "#shared/ledger/anchors/append-round.ts";
import { DamagedRoundError } from "#shared/ledger/anchors/damaged-round.ts";
import { findAnchor } from "#shared/ledger/anchors/find-anchor.ts";
import { renewNow } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { anchorsLog, type Chunk } from "#shared/ledger/chunk.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { nextChunk } from "#shared/ledger/sequencer/next-chunk.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { anchoredHeads } from "#test/support/ledger/anchors.ts";
import { eventEntries, testSource } from "#test/support/ledger/entries.ts";
import { memoryRounds } from "#test/support/memory/anchors.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";

/** A ledger in which a log grows by an entry each minute, and each minute has a round. */
function aDeployment() {
  const ledger = memoryLedger();
  const { ports: proofPorts, pass } = memoryProofPorts(ledger);
  const rounds = memoryRounds();
  const ports = { ...proofPorts, rounds };
  let seed = 0;
  const grow = async () => {
    const head: Chunk | null = await ledger.getNewestChunk(log);
    const { chunk } = nextChunk(head, eventEntries(1, String(head?.size)), { now: ports.now(), source: testSource });
    await ledger.put(log, chunk, []);
    pass(30_000);
    return { log, size: chunk.size, root: chunk.root };
  };
  const anchor = async (...heads: Awaited<ReturnType<typeof grow>>[]) => {
    seed += 1;
    const createSeed = () => new Uint8Array(32).fill(seed);
    const others = anchoredHeads(2).map((head) => ({ ...head, log: `other_${head.log}` }));
    await appendRounds({ ...ports, ledger, createSeed, waitAfterConflict: async () => {} }, [...others, ...heads]);
    pass(30_000);
  };
  return { ledger, ports, grow, anchor };
}

const refusal = async (promise: Promise<unknown>) => {
  const { code, context } = await catchRejection(promise).then((error) => Object(error));
  return [code, context?.retryAfter];
};

describe("findAnchor", () => {
  let deployment: ReturnType<typeof aDeployment>;
  beforeEach(() => {
    deployment = aDeployment();
  });

  it("returns the proof of the first round that covers each entry", async () => {
    const { ledger, ports, grow, anchor } = deployment;
    for (let minute = 0; minute < 40; minute++) await anchor(await grow());
    await renewNow(ports, anchorsLog);
    const key = await memoryLogKey(anchorsLog);
    for (let sequence = 1; sequence <= 40; sequence++) {
      const proof = parseAnchorProof(await findAnchor(ports, log, sequence));
      const { head, roundIndex, checkpoint } = await verifyAnchorProof(proof, [key]);
      expect([head.size, roundIndex, checkpoint.size]).toEqual([sequence, sequence - 1, 40]);
      const root = ledger.logs.get(log)?.[sequence - 1]?.root ?? new Uint8Array();
      expect(encodeHex(head.root)).toBe(encodeHex(root));
    }
  });

  it("finds a later round when those after the entry do not have its log", async () => {
    const { ports, grow, anchor } = deployment;
    const head = await grow();
    for (let round = 0; round < 25; round++) await anchor();
    await anchor(head);
    await renewNow(ports, anchorsLog);
    expect(parseAnchorProof(await findAnchor(ports, log, 1)).round.index).toBe(25);
  });

  it("passes over a damaged round", async () => {
    const { ports, grow, anchor } = deployment;
    await anchor(await grow());
    await anchor(await grow());
    await renewNow(ports, anchorsLog);
    let isFirst = true;
    const get = async (root: Uint8Array) => {
      const round = await ports.rounds.get(root);
      if (!isFirst) return round;
      isFirst = false;
      throw new DamagedRoundError(encodeHex(root), "it is missing");
    };
    const proof = parseAnchorProof(await findAnchor({ ...ports, rounds: { ...ports.rounds, get } }, log, 1));
    expect([proof.round.index, proof.head.size]).toEqual([1, 2]);
  });

  it("ends after 200 rounds, and says what to do instead", async () => {
    const { ports, grow, anchor } = deployment;
    const head = await grow();
    for (let round = 0; round < 200; round++) await anchor();
    await anchor(head);
    await renewNow(ports, anchorsLog);
    expect(await refusal(findAnchor(ports, log, 1))).toEqual(["not_sealed", 3_600]);
    await expect(findAnchor(ports, log, 1)).rejects.toThrow("The anchor of a later entry of the log does");
  });

  it("throws not_sealed when no round has the entry, or none is signed yet", async () => {
    const { ports, grow, anchor } = deployment;
    expect(await refusal(findAnchor(ports, log, 1))).toEqual(["not_sealed", 60]);
    const first = await grow();
    await anchor(first);
    expect(await refusal(findAnchor(ports, log, 1))).toEqual(["not_sealed", 60]);
    await renewNow(ports, anchorsLog);
    await grow();
    expect(parseAnchorProof(await findAnchor(ports, log, 1)).head.size).toBe(1);
    expect(await refusal(findAnchor(ports, log, 2))).toEqual(["not_sealed", 60]);
    expect(await refusal(findAnchor(ports, log, 3))).toEqual(["not_sealed", 60]);
  });

  it("does not find the heads of another log", async () => {
    const { ports, grow, anchor } = deployment;
    await anchor(await grow());
    await renewNow(ports, anchorsLog);
    expect(await refusal(findAnchor(ports, "org_unknown", 1))).toEqual(["not_sealed", 60]);
  });
});
