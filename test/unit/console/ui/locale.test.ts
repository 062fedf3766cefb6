import { describe, expect, it } from "vitest";
import { correctLanguage, locale } from "#clients/console/ui/locale.ts";

describe("correctLanguage", () => {
  it("replaces a language that Intl refuses, so that what reads it does not throw", () => {
    const navigator = { language: "en-US@posix" };
    expect(() => new Intl.NumberFormat(navigator.language)).toThrow(RangeError);
    correctLanguage(navigator);
    expect(navigator.language).toBe(locale);
    expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow();
  });

  it("keeps a language that Intl knows", () => {
    const navigator = { language: "cs" };
    correctLanguage(navigator);
    expect(navigator.language).toBe("cs");
  });
});
