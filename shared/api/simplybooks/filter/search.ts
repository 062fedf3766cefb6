import type { Activity, ActivityField } from "#shared/api/simplybooks/mapping.ts";

const searched = [
  "type",
  "user",
  "description",
  "information",
  "client_id",
] as const satisfies readonly ActivityField[];

/** Whether a term, its case folded, is found in what people read of an activity, or in an id of it. */
export function matchesSearch(activity: Activity, term: string): boolean {
  const texts = [...searched.map((field) => activity[field] ?? ""), activity.activity_id];
  for (const { reference_id } of activity.references) texts.push(reference_id);
  return texts.some((text) => foldCase(text).includes(term));
}

const ascii = /^[\0-\x7f]*$/;

/** More marks on one character than words of any language have. */
const tooManyMarks = /\p{M}{9}/u;

/**
 * Returns a text so that those that differ in case or in the spelling of a character are equal: `İSTANBUL` is
 * `istanbul`, and an accent may be its own character. The upper case first, which folds `ß`, `ﬁ` and the dotless i;
 * accents are kept. Texts with too many marks are not normalised: sorting marks takes quadratic time.
 */
export function foldCase(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const folded = text.toUpperCase().toLowerCase().replaceAll("i\u0307", "i").replaceAll("ς", "σ");
  return tooManyMarks.test(folded) ? folded : folded.normalize("NFC");
}
