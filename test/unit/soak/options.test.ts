import { describe, expect, it } from "vitest";
import { parseOptions } from "#test/soak/options.ts";

const parse = (...args: string[]) => parseOptions(args, () => 7);

describe("parseOptions of the soak test", () => {
  it("returns the defaults: a minute, four writers and a new seed", () => {
    expect(parse()).toEqual({ seconds: 60, seed: 7, writers: 4 });
  });

  it("returns the options of the command line", () => {
    const options = { seconds: 5, seed: 0, writers: 2 };
    expect(parse("--seconds", "5", "--seed", "0", "--writers", "2")).toEqual(options);
  });

  it("returns undefined for --help", () => {
    expect(parse("--help")).toBeUndefined();
  });

  it.each([
    ["--seconds", "0"],
    ["--seconds", "1.5"],
    ["--seed", "x"],
    ["--seed", "4294967296"],
    ["--writers", "65"],
  ])("throws for %s %s", (option, value) => {
    expect(() => parse(option, value)).toThrow(`${option} takes a whole number from `);
  });
});
