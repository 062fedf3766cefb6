import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTilePath, parseTilePath } from "#shared/ledger/formats/tile-path.ts";
import { refusalOf } from "#test/support/ledger/refusal.ts";

describe("formatTilePath", () => {
  it.each([
    [{ level: 0, index: 0, width: 256 }, "tile/0/000"],
    [{ level: 1, index: 67, width: 256 }, "tile/1/067"],
    [{ level: 0, index: 1_000, width: 1 }, "tile/0/x001/000.p/1"],
    [{ level: 0, index: 1_234_067, width: 255 }, "tile/0/x001/x234/067.p/255"],
    [{ level: "entries" as const, index: 273, width: 112 }, "tile/entries/273.p/112"],
  ])("returns for %o the path %s, and parseTilePath the tile again", (tile, path) => {
    expect(formatTilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });
});

describe("parseTilePath", () => {
  it("returns each tile that formatTilePath formatted", () => {
    const tiles = fc.record({
      level: fc.oneof(fc.nat(63), fc.constant("entries" as const)),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tiles, (tile) => {
        expect(parseTilePath(formatTilePath(tile))).toEqual(tile);
      }),
    );
  });

  it.each([
    "",
    "tile/0",
    "tile/0/",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/067",
    "tile/0/001/000",
    "tile/0/x001/x000",
    "tile/64/000",
    "tile/00/000",
    "tile/-1/000",
    "tile/other/000",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p/",
    "tile/0/000.p",
    "tile/0/x999/x999/x999/x999/x999/999",
    "tile/0/000\n",
    "TILE/0/000",
  ])("refuses %j", async (path) => {
    expect(await refusalOf(() => parseTilePath(path))).toBe("malformed");
  });
});
