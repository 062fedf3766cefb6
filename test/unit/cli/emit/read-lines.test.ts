import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventLine } from "#clients/cli/emit/parse-event-line.ts";
import { type FileLine, readLines } from "#clients/cli/emit/read-lines.ts";
import { anInput, testNow } from "#test/support/builders.ts";

async function* chunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Buffer, size: number, offset = 0, lines = 0): Promise<FileLine[]> {
  const found: FileLine[] = [];
  for await (const line of readLines(chunks(bytes.subarray(offset), size), { offset, lines })) found.push(line);
  return found;
}

describe("readLines", () => {
  it("returns the same lines for any chunks, and from any line end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary" })),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (texts, size, pick) => {
          const bytes = Buffer.from(texts.join("\n"));
          const all = await linesOf(bytes, bytes.length + 1);
          expect(all.map(({ content }) => content?.toString()).join("\n")).toBe(bytes.toString().replace(/\n$/, ""));
          expect(await linesOf(bytes, size)).toEqual(all);
          const last = all[pick % (all.length || 1)];
          if (last) expect(await linesOf(bytes, size, last.end, last.number)).toEqual(all.slice(last.number));
        },
      ),
    );
  });

  it("skips a line above the size limit without buffering it", async () => {
    const bytes = Buffer.concat([Buffer.alloc(3_000_000, "x"), Buffer.from("\nnext\n")]);
    expect(await linesOf(bytes, 65_536)).toEqual([
      { number: 1, content: null, end: 3_000_001 },
      { number: 2, content: Buffer.from("next"), end: 3_000_006 },
    ]);
  });
});

describe("parseEventLine", () => {
  const read = (text: string | Buffer, number = 1) =>
    parseEventLine({ number, content: Buffer.from(text), end: 0 }, { now: testNow, quiet: false });
  const idOf = (text: string, number: number) => Object(read(text, number)).draft?.event.event_id;

  it("derives a stable id from the line and its number", () => {
    const text = JSON.stringify(anInput());
    expect(idOf(text, 1)).toMatch(/^evt_[0-9a-f]{32}$/);
    expect(idOf(text, 1)).toBe(idOf(`${text}\r`, 1));
    expect(idOf(text, 1)).not.toBe(idOf(text, 2));
    expect(idOf(text, 1)).not.toBe(idOf(JSON.stringify(anInput({ text: "other" })), 1));
  });

  it("sets notify to false in a quiet run, and keeps the id", () => {
    const text = JSON.stringify(anInput({ notify: true }));
    const options = { now: testNow, quiet: true };
    const quiet = parseEventLine({ number: 1, content: Buffer.from(text), end: 0 }, options);
    const body: unknown = JSON.parse(Object(quiet).body);
    expect(body).toEqual({ ...anInput(), notify: false, event_id: idOf(text, 1) });
  });

  it("returns null for an empty line", () => {
    expect(["", " \t", "\r", "\uFEFF"].map((text) => read(text))).toEqual([null, null, null, null]);
  });

  it.each([
    ["junk", /not valid JSON/],
    ["[]", /must be/],
    ['{"a":1e999}', /cannot be stored exactly/],
    [JSON.stringify(anInput({ text: "x".repeat(70_000) })), /limit is 65536/],
    [
      JSON.stringify(anInput({ metadata: { a: "x".repeat(65_536 - JSON.stringify(anInput()).length - 20) } })),
      /with its event_id/,
    ],
    [Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ])("rejects a line with a reason: %.20s", (text, reason) => {
    expect(read(text)).toMatchObject({ line: 1, reason: expect.stringMatching(reason) });
  });
});
