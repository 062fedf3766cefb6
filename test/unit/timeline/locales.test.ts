import { describe, expect, it } from "vitest";
import { cs } from "#clients/timeline/locales/cs.ts";
import { de } from "#clients/timeline/locales/de.ts";
import { en } from "#clients/timeline/locales/en.ts";
import { nl } from "#clients/timeline/locales/nl.ts";
import { findMessages, formatPlural } from "#clients/timeline/locales/resolve-messages.ts";
import { documentTypes } from "#shared/events/entity-types.ts";

describe.each([cs, de, nl])("the messages in $language", (messages) => {
  it("have all verbs and nouns, each with the names that sentences need", () => {
    expect(Object.keys(messages.verbs)).toEqual(Object.keys(en.verbs));
    expect(Object.keys(messages.entities)).toEqual(Object.keys(en.entities));
    const forms = Object.values(messages.verbs).flatMap((verb) => (typeof verb === "string" ? [] : [verb[0]]));
    for (const form of forms) expect(form.includes("{") ? form : "{actor}").toContain("{actor}");
  });

  it("translate every text", () => {
    const texts = Object.entries(en).filter(([, text]) => typeof text === "string");
    const same = texts.filter(([name, text]) => text === Object.entries(messages).find(([key]) => key === name)?.[1]);
    // Words that the languages share.
    expect(same.map(([name]) => name).filter((name) => !["details", "filters"].includes(name))).toEqual([]);
  });

  it("have a form for each plural category of whole numbers", () => {
    const categories = new Set(
      Array.from({ length: 200 }, (_, n) => new Intl.PluralRules(messages.language).select(n)),
    );
    for (const forms of [messages.newEvents, messages.retryIn, messages.lastDays]) {
      expect(new Set(Object.keys(forms))).toEqual(new Set([...categories, "other"]));
    }
  });
});

describe("the messages in English", () => {
  it("name the entity types of the API, which readers filter by", () => {
    expect(Object.keys(en.entities)).toEqual([...documentTypes]);
  });
});

describe("findMessages", () => {
  it("loads the language of a tag, and keeps the tag for dates and numbers", async () => {
    expect(await findMessages("de-AT")).toMatchObject({ language: "de-AT", retry: de.retry });
    expect(await findMessages("cs")).toMatchObject({ language: "cs", retry: cs.retry });
    expect(await findMessages("nl-BE")).toMatchObject({ language: "nl-BE", retry: nl.retry });
  });

  it("has English without loading it, and for languages without messages", () => {
    expect(findMessages("en-GB")).toEqual({ ...en, language: "en-GB" });
    expect(findMessages("ar")).toEqual({ ...en, language: "ar" });
  });

  it.each(["", "x", "not a tag", "en_GB", "zz-zzzz-zz-zz"])("returns English for %j", (tag) => {
    expect(findMessages(tag)).toBe(en);
  });
});

describe("formatPlural", () => {
  it.each([
    [1, "1 nová událost"],
    [3, "3 nové události"],
    [50, "50+ nových událostí"],
  ])("uses the form for %i", (count, text) => {
    expect(formatPlural(cs.newEvents, count, "cs", count === 50 ? "+" : "")).toBe(text);
  });
});
