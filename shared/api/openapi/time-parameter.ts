import { timePattern } from "#shared/platform/time/wall-time.ts";

const forms =
  "ISO 8601 in the extended format: a date, or a date and time of at least minutes, with up to nine fraction digits and " +
  "`Z` or an offset";

const ends = "`:60` is the last millisecond of its minute, `24:00` the midnight that ends the day.";

/** Returns the parameter of a bound. `zone` says in which time zone times without an offset are. */
export function timeParameter(name: "since" | "until", zone: string, example: string) {
  const meaning = name === "since" ? "first" : "last";
  return {
    name,
    in: "query",
    description:
      `Inclusive: the ${meaning} moment of the text. A date means its whole day, a time without a fraction its whole ` +
      `minute or second; digits beyond milliseconds are cut, as in stored times. ${forms}; without an offset ${zone}. ` +
      `${ends} A \`+\` that is not percent-encoded, and so arrives as a space, is accepted.`,
    schema: timeSchema,
    example,
  };
}

/** Only the syntax: whether the day exists is checked when it is parsed. */
const timeSchema = { type: "string", pattern: timePattern.source };
