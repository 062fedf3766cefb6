import type * as z from "zod/mini";
import { actionPattern, eventIdPattern, orgIdPattern } from "./limits.ts";

/** What a text that must match a pattern looks like, for people who do not read regular expressions. */
const formsInWords: ReadonlyMap<string, string> = new Map([
  [String(actionPattern), "must be words in upper case joined by _, such as INVOICE_SENT"],
  [String(eventIdPattern), "must be evt_ and 32 hexadecimal digits in lower case"],
  [String(orgIdPattern), "must be letters, digits, - and _, at most 64 of them"],
]);

/**
 * One fault of a value in words, with the path of the field, since zod/mini brings no messages of its own. `whole` is
 * what the value is called where no field is at fault.
 */
export function describeIssue(issue: z.core.$ZodIssue, whole: string): string {
  const at = issue.path.length === 0 ? whole : issue.path.map(String).join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return `${at} has the unknown field ${issue.keys
        .slice(0, 5)
        .map((key) => `'${key.slice(0, 64)}'`)
        .join(", ")}`;
    case "invalid_type":
      return issue.input === undefined && issue.path.length > 0
        ? `${at} must be given, as ${issue.expected}`
        : `${at} must be of type ${issue.expected}`;
    case "too_small":
      return issue.origin === "number" ? `${at} must be at least ${issue.minimum}` : `${at} must not be empty`;
    case "too_big":
      return issue.origin === "number"
        ? `${at} must be at most ${issue.maximum}`
        : `${at} must have at most ${issue.maximum} ${issue.origin === "array" ? "entries" : "characters"}`;
    case "invalid_format":
      return `${at} ${formsInWords.get(String(issue.pattern)) ?? "has not the form that it must have"}`;
    case "invalid_value":
      return `${at} must be one of ${issue.values.map(String).join(", ")}`;
    case "custom":
      return `${at} ${issue.message}`;
    default:
      return `${at} is invalid`;
  }
}
