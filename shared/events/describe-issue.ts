import type * as z from "zod/mini";
import { actionPattern, eventIdPattern, orgIdPattern } from "./limits.ts";

/** Descriptions of the patterns, for readers who do not know regular expressions. */
const patternDescriptions: ReadonlyMap<string, string> = new Map([
  [String(actionPattern), "must be words in upper case joined by _, such as INVOICE_SENT"],
  [String(eventIdPattern), "must be evt_ and 32 hexadecimal digits in lower case"],
  [String(orgIdPattern), "must be letters, digits, - and _, at most 64 of them"],
]);

/**
 * Returns a message for an issue with the path of its field, since zod/mini has no messages. `whole` names the value if
 * the issue concerns no single field.
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
        ? `${at} must be present, of type ${issue.expected}`
        : `${at} must be of type ${issue.expected}`;
    case "too_small":
      return issue.origin === "number" ? `${at} must be at least ${issue.minimum}` : `${at} must not be empty`;
    case "too_big":
      return issue.origin === "number"
        ? `${at} must be at most ${issue.maximum}`
        : `${at} must have at most ${issue.maximum} ${issue.origin === "array" ? "entries" : "characters"}`;
    case "invalid_format":
      return `${at} ${patternDescriptions.get(String(issue.pattern)) ?? "has an invalid format"}`;
    case "invalid_value":
      return `${at} must be one of ${issue.values.map(String).join(", ")}`;
    case "custom":
      return `${at} ${issue.message}`;
    default:
      return `${at} is invalid`;
  }
}
