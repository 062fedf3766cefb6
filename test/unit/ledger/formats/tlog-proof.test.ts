import { describe, expect, it } from "vitest";
import { parseCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { formatTlogProof, parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
import { createExampleProof, exampleLeaf, exampleSigner } from "#test/support/ledger/example-proof.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";

const text = await createExampleProof(70);
const [header = "", extraLine = "", , firstHash = ""] = text.split("\n");
const refusal = (proof: string) =>
  refusalOf(() => verifyTlogProof(parseTlogProof(proof), exampleLeaf, [exampleSigner.key]));

describe("parseTlogProof", () => {
  it("returns what formatTlogProof formatted, with the entry in its extra data", () => {
    const proof = parseTlogProof(text);
    expect(proof.index).toBe(70);
    expect(proof.hashes).toHaveLength(7);
    expect(parseLoggedEntry(proof.extra ?? new Uint8Array()).canonical).toBe('{"a":"1"}');
    expect(formatTlogProof(proof)).toBe(text);
  });

  it("parses a proof without extra data and without hashes", () => {
    const proof = { extra: null, index: 0, hashes: [], checkpoint: parseTlogProof(text).checkpoint };
    expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
  });

  it.each([
    ["no text", ""],
    ["another version", text.replace("proof@v1", "proof@v2")],
    ["a byte order mark", `\ufeff${text}`],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
    ["a carriage return after a hash", text.replace(firstHash, `${firstHash}\r`)],
    ["extra data that is not canonical Base64", text.replace("extra ", "extra =")],
    ["empty extra data", text.replace(extraLine, "extra ")],
    ["extra data twice", text.replace(extraLine, `${extraLine}\n${extraLine}`)],
    ["extra data after the index", text.replace(`${extraLine}\n`, "").replace("index 70", `index 70\n${extraLine}`)],
    ["no index", text.replace("index 70\n", "")],
    ["no number in the index", text.replace("index 70", "index ")],
    ["an index with a leading zero", text.replace("index 70", "index 070")],
    ["an index with a sign", text.replace("index 70", "index +70")],
    ["a negative index", text.replace("index 70", "index -70")],
    ["an index with two spaces", text.replace("index 70", "index  70")],
    ["an index beyond 2^53 - 1", text.replace("index 70", "index 9007199254740992")],
    ["two indexes", text.replace("index 70", "index 70\nindex 70")],
    ["a hash of 30 bytes", text.replace(firstHash, firstHash.slice(4))],
    ["a hash without padding", text.replace(firstHash, firstHash.slice(0, -1))],
    ["no empty line", text.replace("\n\n", "\n")],
    ["no checkpoint", header],
  ])("refuses %s", async (_, malformed) => {
    expect(await refusal(malformed)).toBe("malformed");
  });
});

describe("verifyTlogProof", () => {
  it("returns the checkpoint", async () => {
    const proof = parseTlogProof(text);
    const checkpoint = await verifyTlogProof(proof, exampleLeaf, [exampleSigner.key]);
    expect(checkpoint).toEqual(parseCheckpoint(parseSignedNote(proof.checkpoint).text));
  });

  it.each([
    ["another index", text.replace("index 70", "index 71"), "wrong-root"],
    ["an index that the log does not have", text.replace("index 70", "index 100"), "wrong-size"],
    ["too few hashes", text.replace(`${firstHash}\n`, ""), "wrong-size"],
    ["too many hashes", text.replace(firstHash, `${firstHash}\n${firstHash}`), "wrong-size"],
    ["another hash", text.replace(firstHash, `A${firstHash.slice(1)}`), "wrong-root"],
    ["another size", text.replace("\n100\n", "\n101\n"), "invalid-signature"],
    ["another origin", text.replace("\nexample.com/log\n", "\nexample.com/other\n"), "invalid-signature"],
    ["another key", text.replace("\u2014 example.com/log", "\u2014 example.com/other"), "unknown-signer"],
    ["an empty line before the checkpoint", text.replace("\n\n", "\n\n\n"), "invalid-signature"],
  ])("refuses %s", async (_, changed, reason) => {
    expect(await refusal(changed)).toBe(reason);
  });

  it("refuses another leaf", async () => {
    const proof = parseTlogProof(text);
    const run = () => verifyTlogProof(proof, exampleLeaf.with(0, 0), [exampleSigner.key]);
    expect(await refusalOf(run)).toBe("wrong-root");
  });
});
