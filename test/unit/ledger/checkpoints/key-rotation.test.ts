import { beforeEach, describe, expect, it } from "vitest";
import type { CheckpointKey } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import { getCheckpoint, renewNow } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { getLogKey } from "#shared/ledger/checkpoints/sign-head.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { maxSignatures, parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { getConsistency } from "#shared/ledger/proofs/get-consistency.ts";
import { getProof } from "#shared/ledger/proofs/get-proof.ts";
import { verifyFile } from "#shared/ledger/verification/verify-file.ts";
import { testNow } from "#test/support/builders.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryCheckpointKey, memoryProofPorts, testLogName } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";
const dayMs = 86_400_000;
const day = (number: number) => new Date(testNow.getTime() + number * dayMs);

/** The keys of the procedure: the second one signs from day 10 on, the first one until day 40. */
const keys = {
  alone: memoryCheckpointKey(Buffer.alloc(32, 1)).key,
  first: memoryCheckpointKey(Buffer.alloc(32, 1), { until: day(40) }).key,
  second: memoryCheckpointKey(Buffer.alloc(32, 2), { from: day(10) }).key,
};
const [first, second] = await Promise.all([keys.first, keys.second].map((key) => getLogKey(key, testLogName, log)));
if (first === undefined || second === undefined) throw new Error("A key is missing.");

/** A deployment with a log that has grown once, and can grow on. */
async function aDeployment(checkpointKeys: readonly CheckpointKey[] = [keys.alone]) {
  const ledger = memoryLedger();
  const chunks = [...chunksOf(eventEntries(20), { sizes: Array.from({ length: 20 }, () => 1) })];
  const { ports, pass, forks } = memoryProofPorts(ledger);
  const grow = () => putLog(ledger, log, chunks.splice(0, 1));
  await grow();
  const deploy = (next: readonly CheckpointKey[]) => ({ ...ports, checkpointKeys: next });
  return { ports: deploy(checkpointKeys), deploy, grow, forks, pass: (days: number) => pass(days * dayMs) };
}

const signersOf = (note: string) => parseSignedNote(note).signatures.map(({ keyId }) => keyId);

describe("the replacement of the key that signs checkpoints", () => {
  let deployment: Awaited<ReturnType<typeof aDeployment>>;
  beforeEach(async () => {
    deployment = await aDeployment();
  });

  it("is seen by verifiers that have either key for as long as both sign, then by those with the second one", async () => {
    const { ports, deploy, grow, pass, forks } = deployment;
    const before = await getCheckpoint(ports, log, 1);
    expect(signersOf(before.note)).toEqual([first.id]);

    const rotating = deploy([keys.first, keys.second]);
    await grow();
    pass(9);
    expect(signersOf((await getCheckpoint(rotating, log, 2)).note)).toEqual([first.id]);
    await grow();
    pass(1);
    const during = await getCheckpoint(rotating, log, 3);
    expect(signersOf(during.note)).toEqual([first.id, second.id]);
    for (const key of [first, second]) {
      await expect(verifyFile(during.note, [key], null)).resolves.toMatchObject({
        verification: { proves: "checkpoint", size: 3 },
      });
    }
    await grow();
    pass(30);
    const after = await getCheckpoint(rotating, log, 4);
    expect(signersOf(after.note)).toEqual([second.id]);
    expect(await refusalOf(() => verifyFile(after.note, [first], null))).toBe("unknown-signer");
    expect(forks).toEqual([]);
  });

  it("shows with both keys that the log continues what the first one signed", async () => {
    const { ports, deploy, grow, pass } = deployment;
    const before = await getCheckpoint(ports, log, 1);
    await grow();
    pass(50);
    const proof = await getConsistency(deploy([keys.first, keys.second]), log, { from: 1, to: null });
    const verify = (known: (typeof first)[]) => verifyFile(proof, known, before.note);
    await expect(verify([first, second])).resolves.toMatchObject({
      verification: { proves: "consistency", sequence: 1, size: 2 },
    });
    expect(await refusalOf(() => verify([second]))).toBe("unknown-signer");
  });

  it("signs a log that does not grow again, and keeps the signature of the first key", async () => {
    const { ports, deploy, pass } = deployment;
    const before = await getCheckpoint(ports, log, 1);
    pass(50);
    const rotated = deploy([keys.first, keys.second]);
    const after = await getCheckpoint(rotated, log, 1);
    expect(signersOf(after.note)).toEqual([first.id, second.id]);
    expect([after.size, after.frontier]).toEqual([before.size, before.frontier]);
    const proof = await getProof(rotated, log, { sequence: 1, size: 1 });
    await expect(verifyFile(proof, [second], null)).resolves.toMatchObject({
      verification: { proves: "inclusion", sequence: 1 },
    });
    pass(1);
    expect((await getCheckpoint(rotated, log, 1)).note).toBe(after.note);
  });

  it("signs the log of anchors again", async () => {
    const { ports, deploy, pass } = deployment;
    const ledger = memoryLedger();
    await putLog(ledger, anchorsLog, [...chunksOf(eventEntries(1))]);
    const anchors = { ...ports, ...memoryProofPorts(ledger).ports };
    await renewNow({ ...anchors, checkpointKeys: [keys.alone] }, anchorsLog);
    pass(50);
    const { checkpointKeys } = deploy([keys.first, keys.second]);
    const { note } = await renewNow({ ...anchors, checkpointKeys, now: () => day(50) }, anchorsLog);
    expect(signersOf(note)).toHaveLength(2);
  });

  it("has one result if several instances sign a log again at the same time", async () => {
    const { ports, deploy, pass } = deployment;
    await getCheckpoint(ports, log, 1);
    pass(50);
    const rotated = deploy([keys.first, keys.second]);
    const notes = await Promise.all(Array.from({ length: 5 }, async () => (await getCheckpoint(rotated, log, 1)).note));
    expect(new Set(notes).size).toBe(1);
  });

  it("continues what a lost key has signed, which cannot sign", async () => {
    const { ports, deploy, grow, pass, forks } = deployment;
    await getCheckpoint(ports, log, 1);
    const sign = () => Promise.reject(new Error("The key does not exist."));
    const lost = { ...memoryCheckpointKey(Buffer.alloc(32, 1), { until: day(1) }).key, sign };
    const replaced = deploy([lost, { ...keys.second, from: day(1) }]);
    await grow();
    pass(1);
    expect(signersOf((await getCheckpoint(replaced, log, 2)).note)).toEqual([second.id]);
    expect(forks).toEqual([]);
  });

  it("refuses to continue what an unknown key has signed", async () => {
    const { ports, deploy, grow, pass, forks } = deployment;
    await getCheckpoint(ports, log, 1);
    await grow();
    pass(50);
    await expect(getCheckpoint(deploy([keys.second]), log, 2)).rejects.toThrow("no signature by a known key");
    expect(forks).toHaveLength(1);
  });

  it("fails if no key signs any more", async () => {
    const { ports, pass } = await aDeployment([keys.first]);
    pass(40);
    await expect(getCheckpoint(ports, log, 1)).rejects.toThrow("No key signs now");
  });

  it("keeps the latest signatures if a note cannot have all", async () => {
    const successors = Array.from(
      { length: maxSignatures + 1 },
      (_, at) => memoryCheckpointKey(Buffer.alloc(32, at + 1), { from: day(at), until: day(at + 1) }).key,
    );
    const { ports, pass } = await aDeployment(successors);
    let note = "";
    for (let at = 0; at < successors.length; at++) {
      note = (await getCheckpoint(ports, log, 1)).note;
      pass(1);
    }
    const ids = await Promise.all(successors.map(async (key) => (await getLogKey(key, testLogName, log)).id));
    expect(signersOf(note)).toEqual(ids.slice(1));
  });
});
