import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createAnchorStore } from "#shared/ledger/aws/anchor-store.ts";
import { createBucketAnchorStore } from "#shared/ledger/aws/bucket-anchor-store.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-anchors-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A client of S3 that sends nothing. */
function aClient(response: () => unknown) {
  const client = new S3Client({ region: "us-east-1" });
  return { client, send: vi.spyOn(client, "send").mockImplementation(async () => response()) };
}

const s3Error = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: name, $fault: "client", $metadata: { httpStatusCode } });

describe("createAnchorStore", () => {
  it("stores each round once in the folder", async () => {
    const store = createAnchorStore({ folder: join(folder, "a", "anchors"), bucket: "unused" });
    await store?.put(42, "first");
    await store?.put(42, "second");
    await store?.put(7, "other");
    expect(readdirSync(join(folder, "a", "anchors"))).toEqual(["0000000007", "0000000042"]);
    expect(readFileSync(join(folder, "a", "anchors", "0000000042"), "utf8")).toBe("first");
  });

  it("returns null without a name, and the bucket by its name", () => {
    expect(createAnchorStore({ folder: null, bucket: null })).toBeNull();
    expect(createAnchorStore({ folder: null, bucket: "anchors-of-another-account" })?.name).toBe(
      "bucket#anchors-of-another-account",
    );
  });
});

describe("createBucketAnchorStore", () => {
  it("puts a round only if none is there, with a checksum", async () => {
    const { client, send } = aClient(() => ({}));
    await createBucketAnchorStore("anchors", client).put(42, "text");
    expect(send.mock.calls[0]?.[0].input).toEqual({
      Bucket: "anchors",
      Key: "anchors/0000000042",
      Body: "text",
      ContentType: "text/plain; charset=utf-8",
      ChecksumAlgorithm: "SHA256",
      IfNoneMatch: "*",
    });
  });

  it("is done when the round is there, and throws any other error", async () => {
    const taken = aClient(() => {
      throw s3Error("PreconditionFailed", 412);
    });
    await expect(createBucketAnchorStore("anchors", taken.client).put(1, "text")).resolves.toBeUndefined();
    const denied = aClient(() => {
      throw s3Error("AccessDenied", 403);
    });
    await expect(createBucketAnchorStore("anchors", denied.client).put(1, "text")).rejects.toThrow("AccessDenied");
  });
});
