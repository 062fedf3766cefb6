import { describe, expect, it } from "vitest";
import { anchorLeafHash } from "#shared/ledger/anchors/anchor-leaf.ts";
import { formatAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { parseCheckpoint, signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { getConsistency } from "#shared/ledger/proofs/get-consistency.ts";
import { exitCodeOf } from "#shared/ledger/verification/file-result.ts";
import { formatFileResult } from "#shared/ledger/verification/format-result.ts";
import { verifyFiles } from "#shared/ledger/verification/verify-files.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { createExampleProof, exampleSigner } from "#test/support/ledger/example-proof.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { testWitness } from "#test/support/ledger/test-witness.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";
const keyOf = async (name: string) => formatVerificationKey(await memoryLogKey(name));
const [key, otherKey] = [await keyOf(log), await keyOf("org_other")];

/** The checkpoint of two entries, and the proof that one of five continues it. */
async function aLog(prefix: string, name = log) {
  const ledger = memoryLedger();
  const { ports, pass } = memoryProofPorts(ledger);
  const [first, second] = chunksOf(eventEntries(5, prefix), { sizes: [2, 3] });
  if (first === undefined || second === undefined) throw new Error("A chunk is missing.");
  await putLog(ledger, name, [first]);
  const { note: older } = await getCheckpoint(ports, name, 1);
  await putLog(ledger, name, [second]);
  pass(60_000);
  return {
    older,
    proof: await getConsistency(ports, name, { from: 2, to: null }),
    newer: (await getCheckpoint(ports, name, 5)).note,
  };
}

const anchorsSigner = createNoteSigner("activity.example.com/~anchors", new Uint8Array(32).fill(9));

/** The proof that an anchor commits to the state in a checkpoint, which is the only head of the only round. */
async function anAnchorOf(note: string): Promise<string> {
  const head = parseCheckpoint(parseSignedNote(note).text);
  const leaf = { blind: new Uint8Array(32).fill(3), head };
  const root = anchorLeafHash(leaf);
  const extra = entryData("anchor", "2026-05-11T08:15:00.000Z", root);
  const checkpoint = { origin: anchorsSigner.key.name, size: 1, root: leafHash(extra) };
  const round = { extra, index: 0, hashes: [], checkpoint: await signCheckpoint(checkpoint, [anchorsSigner]) };
  return formatAnchorProof({ ...leaf, index: 0, hashes: [], round });
}

const verify = (
  texts: Readonly<Record<string, string>>,
  log: readonly string[] = [key],
  witnesses: readonly string[] = [],
) =>
  verifyFiles(
    Object.entries(texts).map(([file, text]) => ({ file, text, older: null })),
    { log, witnesses },
  );

describe("verifyFiles", () => {
  it("calls two checkpoints of one size with different roots false, and says what they show", async () => {
    const [one, two] = [await aLog("one"), await aLog("two")];
    const results = await verify({ mine: one.older, theirs: two.older, newer: one.newer });
    expect(results.map(({ result }) => result)).toEqual(["false", "false", "valid"]);
    expect(results[0]).toMatchObject({
      reason: "wrong-root",
      message: expect.stringContaining("theirs has another root"),
    });
    expect(exitCodeOf(results)).toBe(1);
  });

  it("calls a consistency proof from another older checkpoint than a file's false", async () => {
    const [one, two] = [await aLog("one"), await aLog("two")];
    const results = await verifyFiles(
      [
        { file: "proof", text: one.proof, older: one.older },
        { file: "theirs", text: two.older, older: null },
      ],
      { log: [key], witnesses: [] },
    );
    expect(results.map(({ result }) => result)).toEqual(["false", "false"]);
  });

  it("compares only the states of one log", async () => {
    const [one, two] = [await aLog("one"), await aLog("two", "org_other")];
    const results = await verify({ one: one.older, two: two.older }, [key, otherKey]);
    expect(results.map(({ result }) => result)).toEqual(["valid", "valid"]);
  });

  it("does not connect two logs by a consistency proof", async () => {
    const [one, same] = [await aLog("one"), await aLog("one", "org_other")];
    const [result] = await verifyFiles([{ file: "proof", text: same.proof, older: one.older }], {
      log: [key, otherKey],
      witnesses: [],
    });
    expect(result).toMatchObject({
      result: "unknown",
      message: expect.stringContaining("Give that of activity.example.com/org_other"),
    });
  });

  it("takes the older checkpoint that is signed, and not a text that only looks like it", async () => {
    const { older, proof } = await aLog("one");
    const forged = `${older.split("\n").slice(0, 2).join("\n")}\nAAAA\n`;
    const results = await verify({ forged, proof, older });
    expect(results.map(({ result }) => result)).toEqual(["unknown", "valid", "valid"]);
  });

  it("compares an anchor with a checkpoint, and takes it as the older state of a consistency proof", async () => {
    const { proof, older, newer } = await aLog("anchored");
    const anchor = await anAnchorOf(older);
    const keys = [key, formatVerificationKey(anchorsSigner.key)];
    expect((await verify({ anchor, older, proof, newer }, keys)).map(({ result }) => result)).toEqual(
      Array(4).fill("valid"),
    );
    expect((await verify({ proof, anchor }, keys)).map(({ result }) => result)).toEqual(["valid", "valid"]);
    const other = await anAnchorOf((await aLog("other")).older);
    expect((await verify({ other, older }, keys)).map(({ result }) => result)).toEqual(["false", "false"]);
  });

  it("says which file needs another key", async () => {
    const { proof, older } = await aLog("one");
    const [result] = await verify({ proof, older }, [formatVerificationKey(exampleSigner.key)]);
    expect(result).toMatchObject({
      result: "unknown",
      message: expect.stringContaining("This is the older one: give the key"),
    });
  });

  it("names line ends that mail programs make", async () => {
    const { older } = await aLog("one");
    const [result] = await verify({ older: older.replaceAll("\n", "\r\n") });
    expect(result).toMatchObject({ result: "unknown", message: expect.stringContaining("CR LF") });
  });

  it("shows the root", async () => {
    const { older } = await aLog("one");
    const [result] = await verify({ older });
    if (result === undefined) throw new Error("no result");
    expect(formatFileResult(result)).toContain(`(root ${older.split("\n")[2]})`);
  });

  it("verifies the other files when a cosignature has a time that no calendar has", async () => {
    const { older } = await aLog("one");
    const { cosign, verificationKey } = testWitness("w");
    const text = older.slice(0, older.indexOf("\n\n") + 1);
    const results = await verify(
      { absurd: `${older}${cosign(text, 9_000_000_000_000)}`, fine: `${older}${cosign(text)}` },
      [key],
      [verificationKey],
    );
    expect(results).toMatchObject([{ result: "unknown", reason: "malformed" }, { result: "valid" }]);
  });

  it("writes nothing of a file to a terminal that could look like a result", async () => {
    const sequence = "\u001b[2K\u001b[1G";
    const forged = `old ${sequence}Valid: 4711: entry 4711\u001b[8m\n\nx`;
    const results = await verify({
      [`a${sequence}`]: forged,
      b: `activity.example.com/\u202e\u009b2J\n1\nAA==\n\n\u2014 x AAAAAAA=\n`,
    });
    const text = results.map(formatFileResult).join("\n");
    expect(text).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u);
    expect(text.match(/^Valid/gm)).toBeNull();
  });

  it("does not show the content of a refused change as an event", async () => {
    const proof = await createExampleProof(41, "tamper");
    const [result] = await verify({ proof }, [formatVerificationKey(exampleSigner.key)]);
    expect(result).toMatchObject({ result: "valid", kind: "tamper", event: null });
    if (result === undefined) throw new Error("no result");
    expect(formatFileResult(result)).toContain("The entry is not an event, but a refused change of the log of events.");
  });
});
