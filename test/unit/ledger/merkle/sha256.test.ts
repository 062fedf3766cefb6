import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "#shared/ledger/merkle/sha256-node.ts";
import { sha256 as portableSha256 } from "#shared/ledger/merkle/sha256-portable.ts";

describe("sha256", () => {
  it("is the same for browsers as for Node", () => {
    const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "grapheme", maxLength: 300 }));
    fc.assert(
      fc.property(data, (some) => {
        expect([...portableSha256(some)]).toEqual([...sha256(some)]);
      }),
    );
  });
});
