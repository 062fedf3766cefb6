import * as z from "zod";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { toPrintable } from "#clients/cli/output.ts";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";

/** The address of the public API, and the credentials to call it with. */
export type ApiCredentials = { readonly api: string; readonly token: string; readonly org: string | undefined };

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** With its query; begins with a slash. */
  readonly path: string;
  readonly body?: object;
};

/** The path of the FinzBooks API and of the webhook API. */
export const apiPath = "/api/public/v1";

/** A response, and the path of the next page; `null` on the last one. */
export type ApiResponse<T> = { readonly body: T; readonly next: string | null };

/** More values than this are not listed: there are 100 event types. */
const maxListedValues = 40;

const apiErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.optional(z.object({ valid: z.array(z.string()) })).catch(undefined),
});

/** The API returned an error status. */
export class ApiError extends CliError {
  readonly status: number;
  /** Seconds until a repeat can succeed. */
  readonly retryAfter: number;

  constructor(status: number, message: string, retryAfter: number) {
    super(status === 400 ? "usage" : "failed", message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Calls the public API. Throws `ApiError` for an error status, and `CliError` for an unknown response. */
export async function callApi<T>(
  { api, token, org }: ApiCredentials,
  { method = "GET", path, body }: ApiRequest,
  schema: z.ZodType<T>,
): Promise<ApiResponse<T>> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (org !== undefined) headers.set("x-aibooks-org", org);
  if (body !== undefined) headers.set("content-type", "application/json");
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${api}${path}`, { method, headers, redirect: "error", ...content });
  const reply: unknown = await response.json().catch(() => null);
  if (!response.ok) throw toApiError(response, reply);
  const parsed = schema.safeParse(reply);
  if (!parsed.success)
    throw new CliError("failed", `Unknown response from ${api}. This version of the command line may be too old.`);
  return { body: parsed.data, next: parseNextPath(response.headers.get("link"), api) };
}

/** Repeats a call after the wait that the rate limit of the token demands. */
export async function withRateLimitRetry<T>(call: () => Promise<T>, { sleep, stderr }: CommandContext): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429) throw error;
      stderr.write(`Rate limit of the token reached. Waiting ${error.retryAfter} seconds.\n`);
      await sleep(error.retryAfter * 1000);
    }
  }
}

/** Fetches the first page, or with `all` every page. Notes on stderr that more pages follow. */
export async function fetchPages<T>(
  access: ApiCredentials,
  path: string,
  schema: z.ZodType<T>,
  { all, context }: { all: boolean; context: CommandContext },
): Promise<{ pages: T[]; more: boolean }> {
  const pages: T[] = [];
  let next: string | null = path;
  while (next !== null && (all || pages.length === 0)) {
    const request: ApiRequest = { path: next };
    const call = () => callApi(access, request, schema);
    const reply: ApiResponse<T> = all ? await withRateLimitRetry(call, context) : await call();
    pages.push(reply.body);
    next = reply.next;
  }
  if (next !== null) context.stderr.write("More pages follow. Use --all to show them.\n");
  return { pages, more: next !== null };
}

/** Follows only the path of a link, so that the token is never sent to another host. */
function parseNextPath(link: string | null, api: string): string | null {
  const [, address] = /<([^>]*)>; *rel="next"/.exec(link ?? "") ?? [];
  if (address === undefined) return null;
  const { pathname, search } = new URL(address, api);
  return `${pathname}${search}`;
}

function toApiError({ status, headers }: Response, body: unknown): ApiError {
  const retryAfter = Number(headers.get("retry-after")) || 60;
  const { data } = apiErrorSchema.safeParse(body);
  return new ApiError(status, formatApiError(status, data, retryAfter), retryAfter);
}

function formatApiError(status: number, data: z.infer<typeof apiErrorSchema> | undefined, retryAfter: number): string {
  if (status === 429) return `Rate limit of the token reached. Try again in ${retryAfter} seconds.`;
  const valid = data?.details === undefined ? "" : formatValidValues(data.details.valid, data.message);
  const remedy = data?.code === "authz.scope_missing" ? " Issue a token that has it with token create." : "";
  return toPrintable(`The API returned ${status}: ${data?.message ?? "no reason"}${valid}${remedy}`);
}

/** Returns all valid values if they are few, and otherwise the one nearest to the value that the message quotes. */
function formatValidValues(values: readonly string[], message: string): string {
  if (values.length <= maxListedValues) return ` Valid are ${values.join(", ")}.`;
  const [, quoted] = /'([^']+)'/.exec(message) ?? [];
  return quoted === undefined ? "" : formatSuggestion(quoted, values);
}
