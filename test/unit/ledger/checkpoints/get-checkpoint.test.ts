import { describe, expect, it } from "vitest";
import type { SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { ForkError } from "#shared/ledger/checkpoints/fork-error.ts";
import { checkpointTtlMs, getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryLedger } from "#test/support/memory/ledger.ts";
import { memoryLogKey, memoryProofPorts } from "#test/support/memory/proofs.ts";

const log = "org_8f9a1c2d";

/** A log with entries in chunks of `sizes`, of which only the first `stored` chunks are stored. */
async function aLog(sizes: readonly number[], stored = sizes.length) {
  const ledger = memoryLedger();
  const entries = eventEntries(sizes.reduce((sum, size) => sum + size, 0));
  const chunks = [...chunksOf(entries, { sizes })];
  await putLog(ledger, log, chunks.slice(0, stored));
  const grow = () => putLog(ledger, log, chunks.slice(ledger.logs.get(log)?.length ?? 0));
  return { ledger, grow, ...memoryProofPorts(ledger) };
}

/** The frontier of three other entries. */
const otherFrontier = [...chunksOf(eventEntries(3, "other"))].at(-1)?.chunk.frontier ?? [];

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

describe("getCheckpoint", () => {
  it("returns a note that the key of the log verifies", async () => {
    const { ports, ledger } = await aLog([2, 1]);
    const { note, size } = await getCheckpoint(ports, log, 1);
    const key = await memoryLogKey(log);
    expect(formatVerificationKey(key)).toBe(
      "activity.example.com/org_8f9a1c2d+d34bdf3b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    );
    const { root, ...verified } = await verifyCheckpoint(note, [key]);
    expect(verified).toEqual({ origin: key.name, size: 3 });
    expect(Buffer.from(root)).toEqual(ledger.logs.get(log)?.at(-1)?.root);
    expect(size).toBe(3);
  });

  it("returns a note that the key of another log does not verify", async () => {
    const { ports } = await aLog([1]);
    const { note } = await getCheckpoint(ports, log, 1);
    const other = await memoryLogKey("org_other");
    await expect(verifyCheckpoint(note, [other])).rejects.toMatchObject({ reason: "unknown-signer" });
  });

  it("returns the same checkpoint for ten seconds, then a new one", async () => {
    const { ports, grow, messages, pass } = await aLog([2, 3], 1);
    const first = await getCheckpoint(ports, log, 1);
    await grow();
    pass(checkpointTtlMs - 1);
    expect(await getCheckpoint(ports, log, 1)).toEqual(first);
    pass(1);
    expect((await getCheckpoint(ports, log, 1)).size).toBe(5);
    expect(messages).toHaveLength(2);
  });

  it("signs a size only once", async () => {
    const { ports, messages, pass } = await aLog([2]);
    const first = await getCheckpoint(ports, log, 1);
    pass(10 * checkpointTtlMs);
    expect(await getCheckpoint(ports, log, 1)).toEqual(first);
    expect(messages).toHaveLength(1);
  });

  it("throws not_sealed for an empty log", async () => {
    const { ports } = memoryProofPorts(memoryLedger());
    expect(await catchRejection(getCheckpoint(ports, log, 1))).toMatchObject({
      code: "not_sealed",
      context: { retryAfter: 1 },
    });
  });

  it("throws not_sealed until a checkpoint can cover the entry", async () => {
    const { ports, grow, pass } = await aLog([2, 3], 1);
    await getCheckpoint(ports, log, 1);
    pass(3_000);
    await grow();
    const early = await catchRejection(getCheckpoint(ports, log, 5));
    expect(early).toMatchObject({ code: "not_sealed", context: { retryAfter: 7 } });
    pass(7_000);
    expect((await getCheckpoint(ports, log, 5)).size).toBe(5);
    pass(checkpointTtlMs);
    const beyond = await catchRejection(getCheckpoint(ports, log, 6));
    expect(beyond).toMatchObject({ code: "not_sealed", context: { retryAfter: 1 } });
  });

  it("returns the checkpoint of another instance that signed first", async () => {
    const { ports } = await aLog([4]);
    const { checkpoints } = ports;
    let isFirst = true;
    const raced = {
      ...checkpoints,
      async put(...args: Parameters<typeof checkpoints.put>) {
        if (isFirst) {
          isFirst = false;
          await getCheckpoint(ports, log, 1);
        }
        return checkpoints.put(...args);
      },
    };
    const { note } = await getCheckpoint({ ...ports, checkpoints: raced }, log, 1);
    expect(note).toBe((await checkpoints.getLatest(log))?.note);
  });
});

describe("getCheckpoint, of a ledger that was rewritten", () => {
  /** Signs a log, rewrites it with other entries, and asks again. */
  async function rewritten(signedSizes: readonly number[], sizes: readonly number[], prefix: string) {
    const { ports, messages, forks, pass } = await aLog(signedSizes);
    await getCheckpoint(ports, log, 1);
    pass(checkpointTtlMs);
    const ledger = memoryLedger();
    const entries = eventEntries(
      sizes.reduce((sum, size) => sum + size, 0),
      prefix,
    );
    await putLog(ledger, log, chunksOf(entries, { sizes }));
    const other = memoryProofPorts(ledger).ports;
    const error = await errorOf(getCheckpoint({ ...ports, ledger, tiles: other.tiles }, log, 1));
    return { error, messages, forks };
  }

  it.each([
    ["has other entries and the same size", [3], [3], "other"],
    ["has other entries and is larger", [3], [3, 2], "other"],
    ["has other entries and crosses a tile", [200, 56, 10], [200, 56, 100], "other"],
    ["is smaller", [3, 2], [3], "event"],
    ["is empty", [3], [], "event"],
  ])("refuses to sign a log that %s", async (_, signed, sizes, prefix) => {
    const { error, messages, forks } = await rewritten(signed, sizes, prefix);
    expect(error).toBeInstanceOf(ForkError);
    expect(forks).toEqual([error]);
    expect(messages).toHaveLength(1);
  });

  it.each<[string, (latest: SignedCheckpoint) => SignedCheckpoint | null, string]>([
    ["has another root", (latest) => ({ ...latest, frontier: otherFrontier }), "another size or root"],
    ["has another size", (latest) => ({ ...latest, size: 2 }), "another size or root"],
    ["has a note that was not signed", (latest) => ({ ...latest, note: latest.note.replace("3", "4") }), "signature"],
    ["was deleted", () => null, "Its latest checkpoint is missing"],
  ])("refuses to sign a log whose latest checkpoint %s", async (_, change, reason) => {
    const { ports, grow, forks, messages, pass } = await aLog([3, 2], 1);
    const latest = await getCheckpoint(ports, log, 1);
    pass(checkpointTtlMs);
    await grow();
    const checkpoints = { ...ports.checkpoints, getLatest: async () => change(latest) };
    const error = await errorOf(getCheckpoint({ ...ports, checkpoints }, log, 1));
    expect(error).toBeInstanceOf(ForkError);
    expect(String(error)).toContain(reason);
    expect(forks).toEqual([error]);
    expect(messages).toHaveLength(1);
  });

  it("reports a last chunk that is damaged", async () => {
    const { ports, forks } = await aLog([3]);
    const getNewestChunk = async () => {
      throw new DamagedChunkError(`log#${log} 0`, "size is not valid");
    };
    expect(await errorOf(getCheckpoint({ ...ports, ledger: { getNewestChunk } }, log, 1))).toBeInstanceOf(ForkError);
    expect(forks).toHaveLength(1);
  });

  it("does not report an error of the store as a fork", async () => {
    const { ports, forks } = await aLog([3]);
    const denied = new Error("AccessDenied");
    const tiles = {
      ...ports.tiles,
      listChunks: async () => {
        throw denied;
      },
    };
    expect(await errorOf(getCheckpoint({ ...ports, tiles }, log, 1))).toBe(denied);
    expect(forks).toEqual([]);
  });

  it("reads no tiles when the log is smaller than requested", async () => {
    const { ports, tiles } = await aLog([3]);
    expect(await catchRejection(getCheckpoint(ports, log, 4))).toMatchObject({ code: "not_sealed" });
    expect(tiles.reads).toEqual([]);
  });

  it("reads a log that is smaller than requested once a second, however often it is requested", async () => {
    const { ports, grow, pass, ledger } = await aLog([3, 1], 1);
    let reads = 0;
    const counted = {
      ...ports,
      ledger: {
        async getNewestChunk(...read: Parameters<typeof ledger.getNewestChunk>) {
          reads += 1;
          return ledger.getNewestChunk(...read);
        },
      },
    };
    for (const size of [4, 5, 4]) {
      expect(await catchRejection(getCheckpoint(counted, log, size))).toMatchObject({
        code: "not_sealed",
        context: { retryAfter: 1 },
      });
    }
    expect(reads).toBe(1);
    await grow();
    pass(1_000);
    expect((await getCheckpoint(counted, log, 4)).size).toBe(4);
    expect(reads).toBe(2);
  });

  it("reads an empty log once a second", async () => {
    const { ports } = memoryProofPorts(memoryLedger());
    await catchRejection(getCheckpoint(ports, log, 1));
    const getNewestChunk = async () => {
      throw new Error("The log was read again.");
    };
    expect(await catchRejection(getCheckpoint({ ...ports, ledger: { getNewestChunk } }, log, 1))).toMatchObject({
      code: "not_sealed",
    });
  });

  it("signs a log that was requested for a later entry just before, for an entry that it has", async () => {
    const { ports } = await aLog([3]);
    expect(await catchRejection(getCheckpoint(ports, log, 4))).toMatchObject({ code: "not_sealed" });
    expect((await getCheckpoint(ports, log, 3)).size).toBe(3);
    expect(await catchRejection(getCheckpoint(ports, "org_other", 1))).toMatchObject({ code: "not_sealed" });
  });

  it("signs a log that has the same entries and is larger", async () => {
    const { ports, grow, pass } = await aLog([200, 56, 10, 90], 3);
    await getCheckpoint(ports, log, 1);
    pass(checkpointTtlMs);
    await grow();
    expect((await getCheckpoint(ports, log, 1)).size).toBe(356);
  });

  it("refuses to sign a log for the first time if its entries do not lead to its root", async () => {
    const { ports, ledger, forks } = await aLog([2, 1]);
    const head = ledger.logs.get(log)?.at(-1);
    if (head === undefined) throw new Error("The log is empty.");
    const frontier = head.frontier.map((hash) => hash.map((byte) => byte ^ 1));
    const getNewestChunk = async () => ({ ...head, frontier });
    const error = await errorOf(getCheckpoint({ ...ports, ledger: { getNewestChunk } }, log, 1));
    expect(error).toBeInstanceOf(ForkError);
    expect(forks).toHaveLength(1);
  });

  it("refuses to sign a log that lacks a hash of a tile", async () => {
    const { ports, ledger } = await aLog([256, 256, 1]);
    const tiles = { ...ports.tiles, listNodes: async () => [] };
    expect(ledger.tileRoots.get(log)).toHaveLength(2);
    const error = await errorOf(getCheckpoint({ ...ports, tiles }, log, 1));
    expect(error).toMatchObject({
      name: "ForkError",
      message: `The log ${log} must not be signed. The log ${log} lacks hashes of level 1 from 0 to before 2.`,
    });
  });
});
