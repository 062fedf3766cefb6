import { describe, expect, it } from "vitest";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { canonicalChange, canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import { sha256 } from "#shared/ledger/merkle/sha256-node.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

describe("canonicalEvent", () => {
  it.each(trustVectors.entries)("returns the form and the digest of the vector for $item.action", (entry) => {
    const item = toStringAttributes({ ...entry.item, timeline: "org_8f9a1c2d#inv_8c3f1a9b", position: "any" });
    expect(canonicalEvent(item)).toBe(entry.canonical);
    expect(encodeHex(sha256(entry.canonical))).toBe(entry.sha256);
  });

  it("includes the shard and every other attribute of the item", () => {
    expect(canonicalEvent(toStringAttributes({ shard: "org_1#03", b: "2", a: "1", position: "p" }))).toBe(
      '{"a":"1","b":"2","shard":"org_1#03"}',
    );
  });

  it("sorts names by UTF-16 code units, numbers in names included", () => {
    const names = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6", "10", "2", "__proto__"];
    const item = Object.fromEntries(names.map((name) => [name, { S: "" }]));
    expect([...canonicalEvent(item).matchAll(/"([^"]+)":""/g)].map(([, name]) => name)).toEqual([
      "\\r",
      "1",
      "10",
      "2",
      "__proto__",
      "\u0080",
      "\u00f6",
      "\u20ac",
      "\u{1f600}",
      "\ufb33",
    ]);
  });

  it("keeps the types when an attribute is not a string", () => {
    const item = { text: { S: "1" }, amount: { N: "1" }, bytes: { B: new Uint8Array([255]) }, position: { S: "p" } };
    expect(canonicalEvent(item)).toBe('{"amount":{"N":"1"},"bytes":{"B":"/w=="},"text":{"S":"1"}}');
  });

  it("keeps the types when an attribute of the item is absent but for its name", () => {
    expect(canonicalEvent({ a: { S: "1" }, b: {} })).toBe('{"a":{"S":"1"},"b":{}}');
  });
});

describe("canonicalChange", () => {
  it("returns whole images with their types and sorted names, and null for an absent one", () => {
    const key = toStringAttributes({ timeline: "org_1#inv_1", position: "2026#evt_1" });
    const list = { L: [{ M: { b: { BOOL: true }, a: { NULL: true } } }, { SS: ["y", "x"] }] };
    expect(canonicalChange({ operation: "MODIFY", key, old: { ...key, list }, new: null })).toBe(
      '{"key":{"position":{"S":"2026#evt_1"},"timeline":{"S":"org_1#inv_1"}},"new":null,' +
        '"old":{"list":{"L":[{"M":{"a":{"NULL":true},"b":{"BOOL":true}}},{"SS":["y","x"]}]},' +
        '"position":{"S":"2026#evt_1"},"timeline":{"S":"org_1#inv_1"}},"operation":"MODIFY"}',
    );
  });
});
