import type * as z from "zod";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { basePath, parseNextCursor } from "#clients/client/finzbooks/cursor-list.ts";
import { type ConnectionOptions, createConnection } from "#clients/client/http/connection.ts";
import type { ApiRequest, Query } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import { formatApiError } from "./format-api-error.ts";

/** The address of the public API, and the credentials to call it with. */
export type ApiCredentials = { readonly api: string; readonly token: string; readonly org: string | undefined };

/** What the wait for a retry needs of a command. */
type RetryContext = Pick<CommandContext, "now" | "sleep" | "stderr">;

/** The path of the FinzBooks API and of the webhook API. */
export const apiPath = basePath;

/** A response, and the cursor of the next page; `null` on the last one. */
export type ApiResponse<T> = { readonly body: T; readonly nextCursor: string | null };

/**
 * Calls the public API: once, because a person sees an error sooner than a retry helps, or with `retries` as often as the
 * client repeats a request, and notes each wait on its stderr. Throws `ActivityLogError`, and `CliError` for an unknown
 * response.
 */
export async function callApi<T>(
  { api, token, org }: ApiCredentials,
  request: Omit<ApiRequest, "method"> & Partial<Pick<ApiRequest, "method">>,
  schema: z.ZodType<T>,
  { retries = null }: { readonly retries?: RetryContext | null } = {},
): Promise<ApiResponse<T>> {
  const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": org };
  const options = retries === null ? { maxRetries: 0 } : retryOptions(retries);
  const connection = createConnection({ baseUrl: api, ...options }, headers);
  const response = await send(connection, { method: "GET", ...request });
  const parsed = schema.safeParse(response.body);
  const nextCursor = parseNextCursor(response.headers.get("link"));
  const isSamePage = nextCursor !== null && nextCursor === request.query?.cursor;
  if (!parsed.success || isSamePage)
    throw new CliError("failed", `Unknown response from ${api}. This version of the command line may be too old.`);
  return { body: parsed.data, nextCursor };
}

function retryOptions({ now, sleep, stderr }: RetryContext): Partial<ConnectionOptions> {
  return {
    now,
    async sleep(ms) {
      await sleep(ms);
    },
    onRetry({ error, delayMs }) {
      const reason = error.code === "rate_limited" ? "Rate limit of the token reached." : formatApiError(error);
      stderr.write(`${reason} Waiting ${Math.ceil(delayMs / 1_000)} seconds.\n`);
    },
  };
}

/** Fetches the first page, or with `all` every page. Notes on stderr that more pages follow. */
export async function fetchPages<T>(
  access: ApiCredentials,
  { path, query }: { readonly path: string; readonly query: Query },
  schema: z.ZodType<T>,
  { all, context }: { all: boolean; context: CommandContext },
): Promise<{ pages: T[]; more: boolean }> {
  const pages: T[] = [];
  let next: Query | null = query;
  while (next !== null && (all || pages.length === 0)) {
    const request = { path, query: next };
    const reply: ApiResponse<T> = await callApi(access, request, schema, { retries: all ? context : null });
    pages.push(reply.body);
    next = reply.nextCursor === null ? null : { ...query, cursor: reply.nextCursor };
  }
  if (next !== null) context.stderr.write("More pages follow. Use --all to show them.\n");
  return { pages, more: next !== null };
}
