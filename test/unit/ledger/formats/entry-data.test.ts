import { describe, expect, it } from "vitest";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import { encodeHex } from "#shared/ledger/formats/hex.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

describe("entryData", () => {
  it("returns version, kind, time and digest, one a line", () => {
    const data = entryData("tamper", "2026-05-11T08:14:03.100Z", new Uint8Array(32).fill(0xab));
    expect(new TextDecoder().decode(data)).toBe(
      `activity-log/v1\ntamper\n2026-05-11T08:14:03.100Z\n${"ab".repeat(32)}\n`,
    );
  });

  it("has the leaf hash of the vector, which is the root of a log of one entry", () => {
    const [first] = trustVectors.entries;
    const data = entryData("event", first?.sealed_at ?? "", Buffer.from(first?.sha256 ?? "", "hex"));
    expect(encodeHex(leafHash(data))).toBe(first?.root);
  });
});
