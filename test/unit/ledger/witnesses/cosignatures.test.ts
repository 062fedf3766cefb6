import { describe, expect, it } from "vitest";
import { checkpointTtlMs, getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { verifyCosignatures } from "#shared/ledger/formats/cosignature.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import { addCheckpoint, type SendRequest } from "#shared/ledger/witnesses/add-checkpoint.ts";
import { requestCosignatures, type WitnessPorts } from "#shared/ledger/witnesses/request-cosignatures.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { testWitness } from "#test/support/ledger/test-witness.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";

/** The checkpoints of a log that grows by these numbers of entries, and its tiles. */
async function growingLog(sizes: readonly number[]) {
  const ledger = memoryLedger();
  const memory = memoryProofPorts(ledger);
  const checkpoints = [];
  for (const chunk of chunksOf(eventEntries(sizes.reduce((sum, size) => sum + size)), { sizes })) {
    await putLog(ledger, log, [chunk]);
    memory.pass(checkpointTtlMs);
    checkpoints.push(await getCheckpoint(memory.ports, log, 1));
  }
  const readerOf = (size: number) => new LogTiles(memory.ports.tiles, log, { size }).readSubtrees;
  return { checkpoints, readerOf };
}

function portsOf(witnesses: readonly ReturnType<typeof testWitness>[], send?: SendRequest) {
  const sizes = new Map<string, number>();
  const unsigned: string[] = [];
  const counts: number[] = [];
  const contradictions: string[] = [];
  const ports: WitnessPorts = {
    witnesses: witnesses.map(({ witness }, at) => ({ ...witness, url: `https://${at}.example` })),
    progress: {
      get: async (name) => sizes.get(name) ?? 0,
      put: async (name, size) => void sizes.set(name, size),
    },
    send:
      send ?? (async (url, init) => witnesses[Number(new URL(url).hostname[0])]?.send(url, init) ?? Response.error()),
    reportUnsigned: (name, reason) => void unsigned.push(`${name}: ${reason}`),
    reportUnsignedCount: (count) => void counts.push(count),
    reportContradiction: (name, reason) => void contradictions.push(`${name}: ${reason}`),
  };
  return { ports, sizes, unsigned, counts, contradictions };
}

describe("verifyCosignatures", () => {
  it("reads the example of the specification, and refuses it by another key", async () => {
    const note =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
      "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" +
      "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    const other = testWitness("witness.example.com/w1").witness.key;
    await expect(verifyCosignatures(note, [other])).rejects.toMatchObject({ reason: "unknown-signer" });
    await expect(verifyCosignatures(note, [{ ...other, id: "8d66cf3f" }])).rejects.toMatchObject({
      reason: "invalid-signature",
    });
  });

  it("refuses a note without one of the witnesses, with a changed time or text, and with a cosignature twice", async () => {
    const { checkpoints } = await growingLog([3]);
    const note = checkpoints[0]?.note ?? "";
    const text = note.slice(0, note.indexOf("\n\n") + 1);
    const { witness, cosign } = testWitness("w");
    const signed = `${note}${cosign(text)}`;
    expect(await verifyCosignatures(signed, [witness.key])).toEqual([{ witness: "w", time: 1_780_000_000 }]);
    const other = testWitness("w", { time: 1_780_000_001 });
    const payloadOf = (line: string) => Buffer.from(line.trimEnd().split(" ")[2] ?? "", "base64");
    const payload = payloadOf(cosign(text));
    const changed = Buffer.from(payload);
    payloadOf(other.cosign(text)).copy(changed, 4, 4, 12);
    for (const [refused, reason] of [
      [note, "unknown-signer"],
      [`${note}— w ${changed.toString("base64")}\n`, "invalid-signature"],
      [signed.replace("\n3\n", "\n4\n"), "invalid-signature"],
      [`${signed}${cosign(text)}`, "malformed"],
      [`${note}— w ${payload.subarray(0, 60).toString("base64")}\n`, "malformed"],
    ] as const) {
      await expect(verifyCosignatures(refused, [witness.key])).rejects.toMatchObject({ name: "ProofError", reason });
    }
  });

  it("takes keys of witnesses only, which are of another type", () => {
    const { verificationKey } = testWitness("w");
    expect(() => parseVerificationKey(verificationKey)).toThrow("not of type 1, Ed25519 of a log");
    expect(parseVerificationKey(verificationKey, "witness").name).toBe("w");
  });
});

describe("requestCosignatures", () => {
  it("adds the cosignature of each witness to each checkpoint, with a proof from the one before", async () => {
    const { checkpoints, readerOf } = await growingLog([5, 200, 1]);
    const witnesses = [testWitness("one"), testWitness("two", { seed: 8 })];
    const { ports, sizes, unsigned } = portsOf(witnesses);
    for (const checkpoint of checkpoints) {
      const note = await requestCosignatures(ports, checkpoint, readerOf(checkpoint.size));
      const keys = witnesses.map(({ witness }) => witness.key);
      expect((await verifyCosignatures(note, keys)).map(({ witness }) => witness)).toEqual(["one", "two"]);
    }
    expect(unsigned).toEqual([]);
    expect(sizes).toEqual(
      new Map([
        ["one", 206],
        ["two", 206],
      ]),
    );
    expect(witnesses[0]?.requests).toEqual([0, 5, 205]);
  });

  it("asks again from the size that the witness names", async () => {
    const { checkpoints, readerOf } = await growingLog([5, 7]);
    const [first, second] = checkpoints;
    if (first === undefined || second === undefined) throw new Error("no checkpoints");
    const witness = testWitness("one");
    await requestCosignatures(portsOf([witness]).ports, first, readerOf(5));
    const { ports, unsigned } = portsOf([witness]);
    const note = await requestCosignatures(ports, second, readerOf(12));
    expect(await verifyCosignatures(note, [witness.witness.key])).toHaveLength(1);
    expect([witness.requests, unsigned]).toEqual([[0, 0, 5], []]);
  });

  it.each<[string, SendRequest, RegExp]>([
    ["is away", async () => Promise.reject(new Error("connect ECONNREFUSED")), /ECONNREFUSED/],
    ["does not know the log", async () => new Response("", { status: 404 }), /status 404/],
    ["does not know the key", async () => new Response("", { status: 403 }), /status 403/],
    ["refuses the proof", async () => new Response("", { status: 422 }), /status 422/],
    ["answers something else", async () => new Response("<html>"), /./],
    ["answers without end", async () => new Response("x".repeat(20_000)), /too large/],
    ["signs with another key", async (url, init) => testWitness("one", { seed: 1 }).send(url, init), /has not signed/],
    ["asks from a larger size", async () => new Response("99\n", { status: 409 }), /more entries than the log has/],
    [
      "asks again and again",
      async (_, { body }) => new Response(body.startsWith("old 2") ? "1\n" : "2\n", { status: 409 }),
      /asks for a proof from 1/,
    ],
  ])("returns the note without the witness that %s", async (_, send, reason) => {
    const { checkpoints, readerOf } = await growingLog([5]);
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    const { ports, unsigned, counts } = portsOf([testWitness("one")], send);
    expect(await requestCosignatures(ports, checkpoint, readerOf(5))).toBe(checkpoint.note);
    expect(counts).toEqual([1]);
    expect(unsigned).toEqual([expect.stringMatching(reason)]);
  });

  it.each<[string, (line: string, note: string) => string]>([
    ["a second signature in the name of the log", (line, note) => `${line}${note.slice(note.lastIndexOf("\n\n") + 2)}`],
    ["a signature of the log before its own", (line, note) => `${note.slice(note.lastIndexOf("\n\n") + 2)}${line}`],
    [
      "many other signatures",
      (line) => `${line}${Array.from({ length: 14 }, (_, at) => `\u2014 x${at} AAAAAAA=\n`).join("")}`,
    ],
  ])("adds only the cosignature of a witness that answers with %s", async (_, answer) => {
    const { checkpoints, readerOf } = await growingLog([5]);
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    const { note } = checkpoint;
    const hostile = testWitness("one");
    const honest = testWitness("two", { seed: 8 });
    const own = hostile.cosign(note.slice(0, note.lastIndexOf("\n\n") + 1));
    const { ports } = portsOf([hostile, honest], async (url, init) =>
      url.startsWith("https://0.") ? new Response(answer(own, note)) : honest.send(url, init),
    );
    const signed = await requestCosignatures(ports, checkpoint, readerOf(5));
    await expect(verifyCheckpoint(signed, [await memoryLogKey(log)])).resolves.toMatchObject({ size: 5 });
    expect(await verifyCosignatures(signed, [hostile.witness.key, honest.witness.key])).toHaveLength(2);
    expect(parseSignedNote(signed).signatures).toHaveLength(3);
  });

  it("does not add the cosignature of another text", async () => {
    const { checkpoints, readerOf } = await growingLog([5]);
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    const { note } = checkpoint;
    const witness = testWitness("one");
    const extended = `${note.slice(0, note.lastIndexOf("\n\n") + 1)}\nextension\n`;
    const { ports, unsigned } = portsOf(
      [witness],
      async () => new Response(`extension\n\n${witness.cosign(extended)}`),
    );
    expect(await requestCosignatures(ports, checkpoint, readerOf(5))).toBe(note);
    expect(unsigned).toHaveLength(1);
  });

  it("reports a witness that has signed more than the log has", async () => {
    const { checkpoints, readerOf } = await growingLog([5]);
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("no checkpoint");
    const { ports, contradictions } = portsOf([testWitness("one")], async () => new Response("99\n", { status: 409 }));
    await requestCosignatures(ports, checkpoint, readerOf(5));
    expect(contradictions).toEqual(["one: it has signed 99 entries, and the log has 5"]);
  });

  it("gives up on a witness that does not answer", async () => {
    const { checkpoints } = await growingLog([5]);
    const { witness } = testWitness("one");
    const send: SendRequest = async (_, { signal }) => {
      signal.throwIfAborted();
      return new Response("");
    };
    const request = { from: 0, hashes: [], checkpoint: checkpoints[0]?.note ?? "" };
    const found = await addCheckpoint(witness, request, send, AbortSignal.abort(new Error("too late")));
    expect(found).toEqual({ outcome: "failed", reason: "too late" });
  });
});
