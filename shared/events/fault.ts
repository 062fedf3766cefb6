import type * as z from "zod/mini";

/**
 * One fault of a value in words, with the path of the field, since zod/mini brings no messages of its own. `whole` is
 * what the value is called where no field is at fault.
 */
export function faultOf(issue: z.core.$ZodIssue, whole: string): string {
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
      return `${at} must match ${"pattern" in issue ? issue.pattern : issue.format}`;
    case "invalid_value":
      return `${at} must be one of ${issue.values.map(String).join(", ")}`;
    case "custom":
      return `${at} ${issue.message}`;
    default:
      return `${at} is invalid`;
  }
}
