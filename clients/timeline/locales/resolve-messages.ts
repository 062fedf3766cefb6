import { en } from "./en.ts";
import type { Messages, PluralForms } from "./messages.ts";

/** Each language but English is a file of its own: a page loads that of its reader. */
const languages: ReadonlyMap<string, () => Promise<Messages>> = new Map([
  ["cs", async () => (await import("./cs.ts")).cs],
  ["de", async () => (await import("./de.ts")).de],
  ["nl", async () => (await import("./nl.ts")).nl],
]);

/**
 * Returns the messages for a language tag (BCP 47), or loads them: those of its language, or English if it has no messages or
 * they cannot be loaded. Dates and numbers follow the whole tag (`en-GB`), also in languages that have no messages.
 */
export function findMessages(tag: string): Messages | Promise<Messages> {
  const [locale] = isLocale(tag) ? Intl.getCanonicalLocales(tag) : [];
  if (locale === undefined) return en;
  const load = languages.get(new Intl.Locale(locale).language);
  const english = { ...en, language: locale };
  if (load === undefined) return english;
  return load().then(
    (messages) => ({ ...messages, language: locale }),
    () => english,
  );
}

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** Returns the form of a message for a number, which replaces `{count}`. */
export function formatPlural(forms: PluralForms, count: number, language: string, suffix = ""): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return form.replace("{count}", new Intl.NumberFormat(language).format(count) + suffix);
}
