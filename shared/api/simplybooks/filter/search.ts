import type { Activity, ActivityField } from "#shared/api/simplybooks/mapping.ts";

const searchedFields = [
  "type",
  "user",
  "description",
  "information",
  "client_id",
] as const satisfies readonly ActivityField[];

/** Whether the texts or ids of an activity contain a term, whose case must be folded. */
export function matchesSearch(activity: Activity, term: string): boolean {
  const texts = [...searchedFields.map((field) => activity[field] ?? ""), activity.activity_id];
  for (const { reference_id } of activity.references) texts.push(reference_id);
  return texts.some((text) => foldCase(text).includes(term));
}

const ascii = /^[\0-\x7f]*$/;

/** More combining marks on one character than any language uses. */
const tooManyMarks = /\p{M}{9}/u;

/**
 * Returns the same text for texts that differ only in case or Unicode normal form: `İSTANBUL` becomes `istanbul`. Upper
 * case first, which folds `ß`, `ﬁ` and the dotless i; accents are kept. Texts with too many combining marks are not
 * normalised, because sorting the marks takes quadratic time.
 */
export function foldCase(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const folded = text.toUpperCase().toLowerCase().replaceAll("i\u0307", "i").replaceAll("ς", "σ");
  return tooManyMarks.test(folded) ? folded : folded.normalize("NFC");
}
