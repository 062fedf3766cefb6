import { describe, expect, it } from "vitest";
import { formatSignedNote, parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";
import { trustVectors } from "#test/vectors/trust-vectors.ts";

const { note } = trustVectors.signed_note;
const line = note.slice(note.indexOf("\u2014"));
const [, , encoded = ""] = line.trim().split(" ");

describe("parseSignedNote", () => {
  it("returns text and signatures of the example of C2SP, and formatSignedNote the note again", () => {
    const parsed = parseSignedNote(note);
    expect(parsed.text).toBe("This is an example message.\n");
    expect(parsed.signatures.map(({ keyName, keyId }) => `${keyName}+${keyId}`)).toEqual(["example.com/foo+530d903a"]);
    expect(formatSignedNote(parsed)).toBe(note);
  });

  it("splits at the last empty line", () => {
    expect(parseSignedNote(`one\n\n\n${line}`).text).toBe("one\n\n");
    expect(parseSignedNote(`one\n\n\u2014 two\n\n${line}`).text).toBe("one\n\n\u2014 two\n");
  });

  it("accepts 16 signatures and refuses 17", async () => {
    expect(parseSignedNote(`text\n\n${line.repeat(16)}`).signatures).toHaveLength(16);
    expect(await refusalOf(() => parseSignedNote(`text\n\n${line.repeat(17)}`))).toBe("malformed");
  });

  it.each([
    ["an empty text", ""],
    ["no signatures", "text\n"],
    ["an empty line and no signatures", "text\n\n"],
    ["no empty line", `text\n${line}`],
    ["no newline at the end", note.slice(0, -1)],
    ["carriage returns", note.replaceAll("\n", "\r\n")],
    ["a carriage return in the text", note.replace("This", "This\r")],
    ["a tab in the text", note.replace("This", "This\t")],
    ["a zero character in the text", note.replace("This", "This\0")],
    ["half of a surrogate pair", note.replace("This", "This\ud83e")],
    ["a hyphen for the dash", note.replace("\u2014", "-")],
    ["no space after the dash", note.replace("\u2014 ", "\u2014")],
    ["two spaces after the dash", note.replace("\u2014 ", "\u2014  ")],
    ["no name", note.replace("example.com/foo ", "")],
    ["a name with a plus sign", note.replace("example.com/foo", "example.com+foo")],
    ["a name with a space that is not ASCII", note.replace("example.com/foo", "example.com\u00a0foo")],
    ["a space after the signature", note.replace(/\n$/, " \n")],
    ["another word after the signature", note.replace(/\n$/, " more\n")],
    ["no signature", `text\n\n\u2014 example.com/foo\n`],
    ["an empty signature", `text\n\n\u2014 example.com/foo \n`],
    ["a key id without a signature", `text\n\n\u2014 example.com/foo Uw2QOg==\n`],
    ["Base64 with unused bits that are set", note.replace("aQM=", "aQN=")],
    ["Base64 without padding", note.replace(encoded, encoded.replace("=", ""))],
    ["a line after the signatures that is not one", `${note}more\n`],
    ["two newlines at the end", `${note}\n`],
  ])("refuses a note with %s", async (_, text) => {
    expect(await refusalOf(() => parseSignedNote(text))).toBe("malformed");
  });
});
