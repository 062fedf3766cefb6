import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyLog } from "#shared/ledger/verification/verify-log.ts";
import { createMemoryLog, headOf } from "#test/support/ledger/random-log.ts";
import { storedLog } from "#test/support/ledger/stored-log.ts";
import { type TamperTarget, tampers } from "#test/support/ledger/tampers.ts";

const runs = 100;

/** Random logs, and an entry of one of their chunks that is neither the last of its chunk nor in the last chunk. */
const cases = fc
  .array(fc.integer({ min: 2, max: 60 }), { minLength: 2, maxLength: 8 })
  .map(createMemoryLog)
  .filter(({ chunks }) => chunks.slice(0, -1).every(({ entries }) => entries.length > 1))
  .chain((log) =>
    fc.tuple(fc.constant(log), fc.nat(log.chunks.length - 2), fc.double({ min: 0, max: 0.999, noNaN: true })),
  )
  .map(([log, chunk, share]): readonly [typeof log, TamperTarget] => {
    const entries = log.chunks[chunk]?.entries.length ?? 0;
    return [log, { chunk, at: Math.floor(share * (entries - 1)) }];
  });

describe("verifyLog", () => {
  it.each(Object.entries(tampers))(
    `finds 100 of 100 random changes of the kind "%s" where they are`,
    async (_, tamper) => {
      await fc.assert(
        fc.asyncProperty(cases, async ([log, target]) => {
          const head = headOf(log);
          expect(await verifyLog(head, storedLog(log))).toBeNull();
          const { log: changed, expected } = tamper(log, target);
          expect(await verifyLog(head, storedLog(changed))).toMatchObject(expected);
        }),
        { numRuns: runs, endOnFailure: true },
      );
    },
  );
});
