import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { verify } from "#clients/cli/commands/verify.ts";
import { anchorExample } from "#shared/api/proofs/openapi/anchor-example.ts";
import { checkpointExample, consistencyExample, proofExample } from "#shared/api/proofs/openapi/examples.ts";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { formatLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { formatTlogProof, parseTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { getConsistency } from "#shared/ledger/proofs/get-consistency.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { testWitness } from "#test/support/ledger/test-witness.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryProofPorts } from "#test/support/memory/proofs.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";
import { aCommandContext } from "./command-context.ts";

const cwd = mkdtempSync(join(tmpdir(), "activity-verify-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const resultsOf = (json: unknown) => z.object({ results: z.array(z.looseObject({})) }).parse(json).results;

/** Verifies a text as a file. Returns the exit code and what the command writes. */
async function verified(text: string, args: readonly string[] = [], key = trustVectors.verification_key) {
  writeFileSync(join(cwd, "file"), text);
  const result = await verify.run(["file", "--key", key, ...args], aCommandContext({ cwd }).context);
  return { exit: result?.exit ?? 0, text: result?.text ?? "", json: resultsOf(result?.json)[0] };
}

const last = trustVectors.entries.at(-1);
const proof = parseTlogProof(proofExample);
const withEvent = (canonical: string) =>
  formatTlogProof({
    ...proof,
    extra: formatLoggedEntry({ kind: "event", sealedAt: last?.sealed_at ?? "", canonical }),
  });

describe("verify", () => {
  it("accepts a proof, and returns the event", async () => {
    const { exit, json } = await verified(withEvent(last?.canonical ?? ""));
    expect(exit).toBe(0);
    expect(json).toMatchObject({ result: "valid", proves: "inclusion", sequence: 3, size: 3, event: last?.canonical });
  });

  it("accepts a signature by either of two keys, before or after the file", async () => {
    const other = trustVectors.signed_note.verification_key;
    const key = trustVectors.verification_key;
    expect((await verified(proofExample, ["--key", other])).exit).toBe(0);
    expect((await verified(proofExample, ["--key", key], other)).exit).toBe(0);
    const { context } = aCommandContext({ cwd });
    expect(await verify.run(["--key", other, "--key", key, "file", "file"], context)).toMatchObject({ exit: 0 });
  });

  it("accepts a proof of an entry without its event", async () => {
    const { exit, text } = await verified(proofExample);
    expect([exit, text]).toEqual([0, expect.stringContaining("The proof does not include the event.")]);
  });

  it("accepts a checkpoint", async () => {
    expect(await verified(checkpointExample)).toMatchObject({ exit: 0, json: { proves: "checkpoint", size: 3 } });
  });

  it("accepts an anchor proof with the key of the log of anchors, and refuses another head", async () => {
    const { verification_key, sealed_at } = trustVectors.anchor_round;
    const { exit, text, json } = await verified(anchorExample, [], verification_key);
    expect([exit, text]).toEqual([
      0,
      expect.stringContaining(`${sealed_at} commits to the log ${trustVectors.origin}`),
    ]);
    expect(json).toMatchObject({ proves: "anchor", origin: trustVectors.origin, size: 3, sequence: null, sealed_at });
    const changed = anchorExample.replace("\n3\n", "\n4\n");
    expect(await verified(changed, [], verification_key)).toMatchObject({ exit: 1, json: { reason: "wrong-root" } });
    expect(await verified(anchorExample)).toMatchObject({ exit: 2, json: { reason: "unknown-signer" } });
  });

  it("refuses a proof of other content", async () => {
    const changed = withEvent(last?.canonical.replace("INVOICE_PAID", "INVOICE_SENT") ?? "");
    expect(await verified(changed)).toMatchObject({ exit: 1, json: { result: "false", reason: "wrong-root" } });
  });

  it("refuses a checkpoint whose signature is not valid", async () => {
    const other = checkpointExample.replace("\n3\n", "\n4\n");
    expect(await verified(other)).toMatchObject({ exit: 1, json: { reason: "invalid-signature" } });
  });

  it.each([
    ["another key has signed", [proofExample, trustVectors.signed_note.verification_key], "unknown-signer"],
    ["the file is no proof", ["text\n", trustVectors.verification_key], "malformed"],
    ["the key is malformed", [proofExample, "key"], "malformed"],
    ["the older checkpoint is missing", [consistencyExample, trustVectors.verification_key], "malformed"],
  ] as const)("exits with 2 when %s", async (_, [text, key], reason) => {
    expect(await verified(text, [], key)).toMatchObject({ exit: 2, json: { result: "unknown", reason } });
  });

  it("requires each witness that is given", async () => {
    const text = checkpointExample.slice(0, checkpointExample.indexOf("\n\n") + 1);
    const { cosign, verificationKey } = testWitness("w");
    const signed = `${checkpointExample}${cosign(text)}`;
    expect(await verified(signed, ["--witness", verificationKey])).toMatchObject({
      exit: 0,
      text: expect.stringContaining("The witness w has signed it at 2026-05-28T20:26:40.000Z."),
    });
    const other = testWitness("other").verificationKey;
    const both = ["--witness", verificationKey, "--witness", other];
    expect(await verified(signed, both)).toMatchObject({ exit: 2, json: { reason: "unknown-signer" } });
    expect(await verified(signed.replace("— w ", "— x "), ["--witness", verificationKey])).toMatchObject({ exit: 2 });
  });

  it("verifies several files, and exits with 1 if one is false, with 2 if one is not certain", async () => {
    const files = {
      valid: checkpointExample,
      other: proofExample,
      wrong: checkpointExample.replace("\n3\n", "\n4\n"),
      text: "text\n",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const run = async (names: readonly string[]) => {
      const args = [...names, "--key", trustVectors.verification_key];
      const result = await verify.run(args, aCommandContext({ cwd }).context);
      return [result?.exit, resultsOf(result?.json).map(({ file, result: found }) => `${file} ${found}`)];
    };
    expect(await run(["valid", "other"])).toEqual([0, ["valid valid", "other valid"]]);
    expect(await run(["text", "wrong", "valid"])).toEqual([1, ["text unknown", "wrong false", "valid valid"]]);
    expect(await run(["valid", "text"])).toEqual([2, ["valid valid", "text unknown"]]);
  });

  it("has a result for a file that cannot be read, and verifies the others", async () => {
    writeFileSync(join(cwd, "valid"), checkpointExample);
    writeFileSync(join(cwd, "wrong"), checkpointExample.replace("\n3\n", "\n4\n"));
    const run = async (...names: readonly string[]) => {
      const args = [...names, "--key", trustVectors.verification_key];
      return verify.run(args, aCommandContext({ cwd }).context);
    };
    const result = await run("none", "valid", "valid/none");
    expect([result?.exit, resultsOf(result?.json).map(({ file, result: found }) => `${file} ${found}`)]).toEqual([
      2,
      ["none unknown", "valid valid", "valid/none unknown"],
    ]);
    expect(resultsOf(result?.json)[0]).toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("Cannot read none."),
    });
    expect((await run("none", "wrong"))?.exit).toBe(1);
  });

  it("accepts a consistency proof with the older checkpoint, and refuses it with one of another log", async () => {
    const older = await checkpointOf("event");
    const ledger = memoryLedger();
    await putLog(ledger, "org_8f9a1c2d", chunksOf(eventEntries(5), { sizes: [2, 3] }));
    const text = await getConsistency(memoryProofPorts(ledger).ports, "org_8f9a1c2d", { from: 2, to: null });
    writeFileSync(join(cwd, "older"), older);
    expect(await verified(text, ["--checkpoint", "older"])).toMatchObject({ exit: 0, json: { sequence: 2, size: 5 } });
    writeFileSync(join(cwd, "older"), await checkpointOf("other"));
    expect(await verified(text, ["--checkpoint", "older"])).toMatchObject({ exit: 1, json: { reason: "wrong-root" } });
  });

  it("finds the older checkpoint among the files, and not one of another log with the same size", async () => {
    const ledger = memoryLedger();
    await putLog(ledger, "org_8f9a1c2d", chunksOf(eventEntries(5), { sizes: [2, 3] }));
    const { ports } = memoryProofPorts(ledger);
    const files = {
      other: await checkpointOf("event", "org_other"),
      proof: await getConsistency(ports, "org_8f9a1c2d", { from: 2, to: null }),
      older: await checkpointOf("event"),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
    const run = async (...names: readonly string[]) => {
      const args = [...names, "--key", trustVectors.verification_key];
      const result = await verify.run(args, aCommandContext({ cwd }).context);
      return resultsOf(result?.json).find(({ file }) => file === "proof");
    };
    expect(await run("other", "proof", "older")).toMatchObject({ result: "valid", sequence: 2, size: 5 });
    const missing = expect.stringContaining("needs the older checkpoint");
    expect(await run("other", "proof")).toMatchObject({ result: "unknown", message: missing });
  });
});

/** A checkpoint of two entries. */
async function checkpointOf(prefix: string, log = "org_8f9a1c2d"): Promise<string> {
  const ledger = memoryLedger();
  await putLog(ledger, log, chunksOf(eventEntries(2, prefix), { sizes: [2] }));
  return (await getCheckpoint(memoryProofPorts(ledger).ports, log, 1)).note;
}
