import { describe, expect, it } from "vitest";
import { createCheckpointKeys } from "#shared/ledger/aws/checkpoint-keys.ts";
import { createKmsClient } from "#shared/platform/aws/clients.ts";

const arn = "arn:aws:kms:us-east-1:123456789012:key/1";
const publicKey = Buffer.alloc(32, 7).toString("base64");
const parse = (...keys: readonly unknown[]) => createCheckpointKeys(JSON.stringify(keys), createKmsClient());

describe("createCheckpointKeys", () => {
  it("returns each key with its times", () => {
    const keys = parse(
      { from: null, until: "2027-04-01T00:00:00.000Z", arn },
      { from: "2027-03-01T00:00:00.000Z", until: null, arn },
    );
    expect(keys.map(({ from, until }) => [from, until])).toEqual([
      [null, new Date("2027-04-01T00:00:00.000Z")],
      [new Date("2027-03-01T00:00:00.000Z"), null],
    ]);
  });

  it("returns a lost key, which verifies and does not sign", async () => {
    const [lost] = parse({ from: null, until: "2027-04-01T00:00:00.000Z", public_key: publicKey });
    expect(Buffer.from((await lost?.getPublicKey()) ?? []).toString("base64")).toBe(publicKey);
    await expect(lost?.sign(new Uint8Array())).rejects.toThrow("A lost key cannot sign");
  });

  it.each([[{ from: null, until: null }], [{ from: "tomorrow", until: null, arn }], [{ until: null, arn }], ["key"]])(
    "throws for %j",
    (key) => {
      expect(() => parse(key)).toThrow();
    },
  );
});
