import { timePattern } from "#shared/platform/time/wall-time.ts";
import { type QueryParameter, queryParameter } from "./parameter.ts";

const forms =
  "ISO 8601 in the extended format: a date, or a date and time of at least minutes, with up to nine fraction digits and " +
  "`Z` or an offset";

const ends = "`:60` is the last millisecond of its minute, `24:00` the midnight that ends the day.";

/** Only the syntax: whether the day exists is checked when it is parsed. */
const schema = { type: "string", pattern: timePattern.source };

type Bound<Name extends string> = {
  readonly name: Name;
  readonly component: string;
  /** In which time zone times without an offset are. */
  readonly zone: string;
  readonly example: string;
};

/** Returns the parameter of a bound of a range. Its value is the text: `parseTimeRange` parses both bounds together. */
export function timeParameter<const Name extends "since" | "until">({
  name,
  component,
  zone,
  example,
}: Bound<Name>): QueryParameter<Name, string | null> {
  const meaning = name === "since" ? "first" : "last";
  return queryParameter({
    component,
    name,
    description:
      `Inclusive: the ${meaning} moment of the text. A date means its whole day, a time without a fraction its whole ` +
      `minute or second; digits beyond milliseconds are cut, as in stored times. ${forms}; without an offset ${zone}. ` +
      `${ends} A \`+\` that is not percent-encoded, and so arrives as a space, is accepted.`,
    schema,
    example,
    parse: (text) => text,
  });
}
