import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parseAnchorProof } from "#shared/ledger/anchors/anchor-proof.ts";
import { roundLeaves } from "#shared/ledger/anchors/anchor-round.ts";
import { formatRound } from "#shared/ledger/anchors/round-text.ts";
import { anchorPrefix, createAnchorStore } from "#shared/ledger/aws/anchor-store.ts";
import { createBucketAnchorStore } from "#shared/ledger/aws/bucket-anchor-store.ts";
import { anchoredHeads, createExampleAnchorProof, testLogName } from "#test/support/ledger/anchors.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-anchors-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A client of S3 that sends nothing. */
function aClient(response: (command: unknown) => unknown) {
  const client = new S3Client({ region: "us-east-1" });
  return { client, send: vi.spyOn(client, "send").mockImplementation(async (command: unknown) => response(command)) };
}

const s3Error = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: name, $fault: "client", $metadata: { httpStatusCode } });

const { round: proof } = parseAnchorProof(await createExampleAnchorProof());
const leavesOf = (seed: number) =>
  roundLeaves({ heads: anchoredHeads(3), seed: new Uint8Array(32).fill(seed) }, testLogName);
const text = formatRound({ leaves: leavesOf(9), proof });
const others: readonly (readonly [string, string])[] = [
  ["no round", "planted"],
  ["a round with other leaves", formatRound({ leaves: leavesOf(8), proof })],
  ["a round with another entry", formatRound({ leaves: leavesOf(9), proof: { ...proof, extra: new Uint8Array(3) } })],
  ["a round of another index", formatRound({ leaves: leavesOf(9), proof: { ...proof, index: 7 } })],
];
const log = { ledgerTable: "ledger-1", logName: "activity.example.com" };

describe("createAnchorStore", () => {
  it("stores each round once in the folder, and refuses another text of it", async () => {
    const store = createAnchorStore({ folder: join(folder, "a", "anchors"), bucket: "unused", ...log });
    await store?.put(42, text);
    await store?.put(42, formatRound({ leaves: leavesOf(9), proof: { ...proof, checkpoint: "later" } }));
    await store?.put(7, text);
    await expect(store?.put(42, others[1]?.[1] ?? "")).rejects.toThrow("has something else than the round 42");
    expect(readdirSync(join(folder, "a", "anchors"))).toEqual(["0000000007", "0000000042"]);
    expect(readFileSync(join(folder, "a", "anchors", "0000000042"), "utf8")).toBe(text);
  });

  it("returns null without a name, and the bucket by its name", () => {
    expect(createAnchorStore({ folder: null, bucket: null, ...log })).toBeNull();
    expect(createAnchorStore({ folder: null, bucket: "anchors-of-another-account", ...log })?.name).toBe(
      "bucket#anchors-of-another-account",
    );
  });

  it("gives each ledger and each name a folder of its own in a bucket", () => {
    const logs = [log, { ...log, ledgerTable: "ledger-2" }, { ...log, logName: "activity.example.org" }];
    expect(new Set(logs.map(anchorPrefix)).size).toBe(3);
    expect(anchorPrefix(log)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("createBucketAnchorStore", () => {
  const names = { bucket: "anchors", prefix: "0123456789abcdef" };
  /** A bucket that has an object already. */
  const taken = (stored: string) =>
    aClient((command) => {
      if (!(command instanceof GetObjectCommand)) throw s3Error("PreconditionFailed", 412);
      return { Body: { transformToString: async () => stored } };
    });

  it("puts a round only if none is there, with a checksum", async () => {
    const { client, send } = aClient(() => ({}));
    await createBucketAnchorStore(names, client).put(42, text);
    expect(send.mock.calls[0]?.[0].input).toEqual({
      Bucket: "anchors",
      Key: "anchors/0123456789abcdef/0000000042",
      Body: text,
      ContentType: "text/plain; charset=utf-8",
      ChecksumAlgorithm: "SHA256",
      IfNoneMatch: "*",
    });
  });

  it("is done when the round is there, perhaps under an earlier checkpoint or without its leaves", async () => {
    for (const stored of [text, formatRound({ leaves: [], proof }), text.replace(proof.checkpoint, "earlier")]) {
      await expect(createBucketAnchorStore(names, taken(stored).client).put(1, text)).resolves.toBeUndefined();
    }
  });

  it.each(others)("throws when %s is there", async (_, stored) => {
    await expect(createBucketAnchorStore(names, taken(stored).client).put(1, text)).rejects.toThrow(
      "The store has something else than the round 1.",
    );
  });

  it("throws any other error", async () => {
    const denied = aClient(() => {
      throw s3Error("AccessDenied", 403);
    });
    await expect(createBucketAnchorStore(names, denied.client).put(1, text)).rejects.toThrow("AccessDenied");
  });
});
