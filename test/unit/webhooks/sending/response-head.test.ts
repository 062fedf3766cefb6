import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeHead } from "#shared/webhooks/sending/response-head.ts";

const head = (...lines: string[]) => `${["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n")}`;

describe("normalizeHead", () => {
  it.each([
    ["a folded field", head("X-A: one", " two", "X-B: three"), head("X-A: one two", "X-B: three")],
    ["a field folded twice, by tabs", head("X-A: one", "\ttwo", "\t\tthree"), head("X-A: one two three")],
    ["a folded line of blanks only", head("X-A: one", "  ", "X-B: two"), head("X-A: one ", "X-B: two")],
    ["lines ended by LF", head("X-A: one").replaceAll("\r\n", "\n"), head("X-A: one")],
    ["one line ended by LF", "HTTP/1.1 200 OK\nX-A: one\r\n\r\n", head("X-A: one")],
    ["an empty line ended by LF", "HTTP/1.1 200 OK\r\nX-A: one\r\n\n", head("X-A: one")],
    [
      "the same length twice",
      head("Content-Length: 2", "X: y", "content-length:2 "),
      head("Content-Length: 2", "X: y"),
    ],
    ["the same length in a list", head("Content-Length: 2, 2 ,2"), head("Content-Length: 2")],
    ["all of these", "HTTP/1.1 200 OK\nContent-Length:\n 0\nContent-Length: 0\n\n", head("Content-Length: 0")],
  ])("rewrites %s", (_, unusual, expected) => {
    expect(normalizeHead(unusual)).toBe(expected);
  });

  it.each([
    ["different lengths", head("Content-Length: 2", "Content-Length: 3")],
    ["different lengths in a list", head("Content-Length: 2, 3")],
    ["a length and an empty length", head("Content-Length: 2", "Content-Length:")],
    ["a length that is not a number", head("Content-Length: two", "Content-Length: two")],
    ["a length with a character that is not a blank", head("Content-Length: 2", "Content-Length: 2\u00a0")],
    ["a length in two spellings", head("Content-Length: 2", "Content-Length: 02")],
    ["a length beside a coding", head("Content-Length: 2", "Transfer-Encoding: chunked")],
    ["a line that folds the status", head(" X-A: one")],
    ["a carriage return in a field", head("X-A: one\rtwo")],
    ["a blank before a colon", head("Content-Length : 2", "Content-Length: 2")],
    ["a response that is not HTTP", "220 mail.example.org ESMTP\n\n"],
    ["an empty line before the status", `\r\n${head("X-A: one", " two")}`],
  ])("leaves %s to the parser", (_, unusual) => {
    expect(normalizeHead(unusual)).toBe(unusual);
  });

  it.each([
    ["blanks", (count: number) => `Content-Length: 1${" ".repeat(count)}1\nContent-Length: 1`],
    ["commas", (count: number) => `Content-Length: ${"1 ,\t".repeat(count / 4)}1`],
    ["folds", (count: number) => `X: y${"\n z".repeat(count / 3)}`],
    ["blanks in folds", (count: number) => `X: y\n${" ".repeat(count)}z`],
    ["lengths", (count: number) => "Content-Length: 1\r\n".repeat(count / 19).trimEnd()],
    ["fields", (count: number) => `Content-Length: 1\r\n${"X:y\n".repeat(count / 4)}Content-Length: 1`],
  ])("takes time proportional to the size of a head with many %s", (_, fields) => {
    const begun = process.cpuUsage();
    for (let n = 0; n < 10; n++) normalizeHead(`HTTP/1.1 200 OK\r\n${fields(64_000)}\r\n\r\n`);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  it("(property) leaves every usual head unchanged", () => {
    const name = fc.stringMatching(/^[A-Za-z][\w-]{0,20}$/).filter((text) => text.toLowerCase() !== "content-length");
    const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e])?$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.nat(9_999), (fields, length) => {
        const usual = head(...fields.map(([key, text]) => `${key}: ${text}`), `Content-Length: ${length}`);
        expect(normalizeHead(usual)).toBe(usual);
      }),
    );
  });

  it("(property) rewrites an unusual head to the usual form with the same fields", () => {
    const ending = fc.constantFrom("\r\n", "\n");
    const field = fc.tuple(
      fc.stringMatching(/^X-[a-z]{1,5}$/),
      fc.array(fc.stringMatching(/^\w{1,5}$/), { minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(field), fc.infiniteStream(ending), (fields, endings) => {
        const next = () => endings.next().value ?? "\n";
        const written = fields.map(
          ([key, parts]) => `${key}: ${parts.reduce((all, part) => `${all}${next()} ${part}`)}`,
        );
        const unusual = ["HTTP/1.1 200 OK", ...written, ""].map((line) => `${line}${next()}`).join("");
        expect(normalizeHead(unusual)).toBe(head(...fields.map(([key, parts]) => `${key}: ${parts.join(" ")}`)));
      }),
    );
  });
});
