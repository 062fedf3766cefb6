import fc from "fast-check";
import { expect, it } from "vitest";
import { splitIntoBatches } from "#clients/emitter/message-batches.ts";

const bodies = (...texts: string[]) => texts.map((body) => ({ body }));

it("splitIntoBatches splits by count", () => {
  expect([...splitIntoBatches(bodies("a", "b", "c"), { count: 2, bytes: 100 })]).toEqual([
    bodies("a", "b"),
    bodies("c"),
  ]);
});

it("splitIntoBatches splits by bytes, not by characters", () => {
  expect([...splitIntoBatches(bodies("é", "éé", "a"), { count: 10, bytes: 5 })]).toEqual([
    bodies("é"),
    bodies("éé", "a"),
  ]);
});

it("splitIntoBatches returns a message above the limit in its own batch", () => {
  expect([...splitIntoBatches(bodies("a", "toolong", "b"), { count: 10, bytes: 3 })]).toEqual([
    bodies("a"),
    bodies("toolong"),
    bodies("b"),
  ]);
});

it("splitIntoBatches keeps all messages in order and within both limits, in as few batches as possible", () => {
  const limits = { count: 3, bytes: 20 };
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", maxLength: 5 }).filter((text) => Buffer.byteLength(text) <= 20)),
      (texts) => {
        const chunks = [...splitIntoBatches(bodies(...texts), limits)];
        const size = (chunk: readonly { body: string }[]) => Buffer.byteLength(chunk.map(({ body }) => body).join(""));
        expect(chunks.flat()).toEqual(bodies(...texts));
        for (const [at, chunk] of chunks.entries()) {
          expect(chunk.length).toBeLessThanOrEqual(limits.count);
          expect(size(chunk)).toBeLessThanOrEqual(limits.bytes);
          const next = chunks[at + 1]?.[0];
          if (next && chunk.length < limits.count) expect(size([...chunk, next])).toBeGreaterThan(limits.bytes);
        }
      },
    ),
  );
});
