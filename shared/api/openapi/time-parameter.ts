import { timePattern } from "#shared/platform/time/wall-time.ts";

const forms =
  "ISO 8601 in the extended format: a date, or a date and time of at least minutes, with up to nine fraction digits and " +
  "`Z` or an offset";

const ends = "`:60` is the last millisecond of its minute, `24:00` the midnight that ends the day.";

/** A bound of a query, whose times without an offset are in `zone`. */
export function timeParameter(name: "since" | "until", zone: string, example: string) {
  const meaning = name === "since" ? "first" : "last";
  return {
    name,
    in: "query",
    description:
      `Inclusive: the ${meaning} moment of what the text names. A date is its whole day, a time without a fraction its ` +
      `whole minute or second; finer digits than milliseconds are cut, as those of stored times are. ${forms}; without ` +
      `an offset ${zone}. ${ends} A \`+\` that is not percent-encoded, and so arrives as a blank, is accepted.`,
    schema: timeSchema,
    example,
  };
}

/** The form of a time. That the calendar has the day is checked beyond it. */
const timeSchema = { type: "string", pattern: timePattern.source };
