import * as z from "zod";
import { type ExitCode, exitCodes } from "#clients/cli/command-result.ts";
import type { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

/** More values than this are not listed: there are 100 event types. */
const maxListedValues = 40;

const detailsSchema = z.object({ valid: z.array(z.string()) });

/** Returns the exit code of an error of the API: wrong usage if it refuses the request, and failed otherwise. */
export function toApiExitCode({ code, status }: ActivityLogError): ExitCode {
  return status === 400 || (code === "invalid_request" && status === null) ? exitCodes.usage : exitCodes.failed;
}

const remedies: ReadonlyMap<string | null, string> = new Map([
  ["authz.scope_missing", " Issue a token that has it with token create."],
  // Each start of a local stack issues another demo token.
  ["authn.token_invalid", " With a local stack, unset ACTIVITY_TOKEN to use its demo token."],
]);

/** Formats an error of the API in one line, with what to do about it. */
export function formatApiError({ code, status, message, apiCode, details, retryAfterMs }: ActivityLogError): string {
  if (code === "rate_limited") {
    return `Rate limit of the token reached. Try again in ${Math.ceil((retryAfterMs ?? 60_000) / 1_000)} seconds.`;
  }
  if (status === null) return toPrintable(message);
  const { data } = detailsSchema.safeParse(details);
  const valid = data === undefined ? "" : formatValidValues(data.valid, message);
  return toPrintable(`The API returned ${status}: ${message}${valid}${remedies.get(apiCode) ?? ""}`);
}

/** Returns all valid values if they are few, and otherwise the one nearest to the value that the message quotes. */
function formatValidValues(values: readonly string[], message: string): string {
  if (values.length <= maxListedValues) return ` Valid are ${values.join(", ")}.`;
  const [, quoted] = /'([^']+)'/.exec(message) ?? [];
  return quoted === undefined ? "" : formatSuggestion(quoted, values);
}
