import { describe, expect, it } from "vitest";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { entryData, parseEntryData } from "#shared/ledger/formats/entry-data.ts";
import { leafHash } from "#shared/ledger/merkle/hashes.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
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

describe("parseEntryData", () => {
  const text = `activity-log/v1\nevent\n2026-05-11T08:14:03.100Z\n${"ab".repeat(32)}\n`;

  it("returns what entryData encoded", () => {
    const sha256 = new Uint8Array(32).fill(0xab);
    expect(parseEntryData(Buffer.from(text))).toEqual({ kind: "event", sealedAt: "2026-05-11T08:14:03.100Z", sha256 });
  });

  it.each([
    ["no text", ""],
    ["another version", text.replace("v1", "v2")],
    ["an unknown kind", text.replace("event", "other")],
    ["a kind in upper case", text.replace("event", "Event")],
    ["a time without milliseconds", text.replace(".100Z", "Z")],
    ["a time that does not exist", text.replace("05-11", "02-30")],
    ["a digest in upper case", text.replaceAll("ab", "AB")],
    ["a digest that is too short", text.replace("ab", "")],
    ["no newline at the end", text.slice(0, -1)],
    ["a line too many", `${text}\n`],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
  ])("refuses %s", async (_, malformed) => {
    expect(await refusalOf(() => parseEntryData(Buffer.from(malformed)))).toBe("malformed");
  });

  it("refuses bytes that are not UTF-8, and a byte order mark", async () => {
    expect(await refusalOf(() => parseEntryData(Buffer.from(`${text}\xff`, "latin1")))).toBe("malformed");
    expect(await refusalOf(() => parseEntryData(Buffer.from(`\ufeff${text}`)))).toBe("malformed");
  });
});
