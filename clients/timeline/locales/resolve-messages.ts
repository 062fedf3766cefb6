import { cs } from "./cs.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import type { Messages, PluralForms } from "./messages.ts";
import { nl } from "./nl.ts";

const languages: readonly Messages[] = [en, cs, de, nl];

/**
 * Returns the messages for a language tag (BCP 47): those of its language, or English. Dates and numbers follow the whole
 * tag (`en-GB`), also in languages that have no messages.
 */
export function resolveMessages(tag: string): Messages {
  const [locale] = isLocale(tag) ? Intl.getCanonicalLocales(tag) : [];
  if (locale === undefined) return en;
  const messages = languages.find(({ language }) => language === new Intl.Locale(locale).language) ?? en;
  return { ...messages, language: locale };
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
