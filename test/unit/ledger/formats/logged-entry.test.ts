import { describe, expect, it } from "vitest";
import { formatLoggedEntry, parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const [, vector] = trustVectors.entries;
const canonical = vector?.canonical ?? "";
const entry = { kind: "event" as const, sealedAt: vector?.sealed_at ?? "", canonical };
const extra = formatLoggedEntry(entry);

describe("parseLoggedEntry", () => {
  it("returns what formatLoggedEntry encoded, and the leaf hash of the vector", () => {
    const { leaf, ...parsed } = parseLoggedEntry(extra);
    expect(parsed).toEqual({ ...entry, sha256: Uint8Array.from(Buffer.from(vector?.sha256 ?? "", "hex")) });
    const sibling = trustVectors.inclusion.find(({ index }) => index === 0)?.hashes[0];
    expect(Buffer.from(leaf).toString("base64")).toBe(sibling);
  });

  it("returns null for the content that a proof does not disclose", () => {
    const data = extra.subarray(0, extra.length - Buffer.byteLength(canonical));
    expect(parseLoggedEntry(data)).toEqual({ ...parseLoggedEntry(extra), canonical: null });
  });

  it("takes a content of 256 KB", () => {
    const large = { ...entry, canonical: "\n".repeat(262_144) };
    expect(parseLoggedEntry(formatLoggedEntry(large)).canonical).toBe(large.canonical);
  });

  it("refuses another content", async () => {
    const changed = Buffer.from(extra);
    changed.write("X", changed.length - 3);
    expect(await refusalOf(() => parseLoggedEntry(changed))).toBe("wrong-content");
    expect(await refusalOf(() => parseLoggedEntry(extra.subarray(0, -1)))).toBe("wrong-content");
  });

  it("refuses bytes that do not begin with an entry", async () => {
    expect(await refusalOf(() => parseLoggedEntry(Buffer.from(canonical)))).toBe("malformed");
    expect(await refusalOf(() => parseLoggedEntry(new Uint8Array()))).toBe("malformed");
    expect(await refusalOf(() => parseLoggedEntry(extra.subarray(1)))).toBe("malformed");
  });
});
