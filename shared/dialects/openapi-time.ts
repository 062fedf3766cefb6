import { timePattern } from "../events/wall-time.ts";

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
      `Inclusive: the ${meaning} moment that the text names, of a date that of its day, of a time to the second that of ` +
      `its second, cut to milliseconds as stored times are. ${forms}; without one ${zone}. ${ends} A \`+\` that is not ` +
      "percent-encoded, and so arrives as a blank, is understood.",
    schema: timeSchema,
    example,
  };
}

/** The form of a time; a calendar has the last word. */
export const timeSchema = { type: "string", pattern: timePattern.source };
