import { expect, it } from "vitest";
import { readDuration, readPast } from "../../../clients/cli/duration.ts";
import { testNow } from "../../support/builders.ts";

it.each([
  ["90d", 7_776_000_000],
  ["24h", 86_400_000],
  ["30m", 1_800_000],
  ["0h", 0],
])("reads %s", (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

it.each(["", "d", "24", "1.5h", "-1h", "24H", "100000d", "24h ", "2w"])("takes %j for no duration", (text) => {
  expect(readDuration(text)).toBeNull();
});

it("counts back from now, and leaves what may be a time to the API", () => {
  expect(readPast("7d", testNow)).toBe("2026-05-25T12:00:30.000Z");
  expect(readPast("2026-05-11", testNow)).toBe("2026-05-11");
  expect(readPast("soon", testNow)).toBe("soon");
});
