import type * as z from "zod";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { basePath, parseNextCursor } from "#clients/client/finzbooks/cursor-list.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { createConnection } from "#clients/client/http/connection.ts";
import type { ApiRequest, Query } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";

/** The address of the public API, and the credentials to call it with. */
export type ApiCredentials = { readonly api: string; readonly token: string; readonly org: string | undefined };

/** The path of the FinzBooks API and of the webhook API. */
export const apiPath = basePath;

/** A response, and the cursor of the next page; `null` on the last one. */
export type ApiResponse<T> = { readonly body: T; readonly nextCursor: string | null };

/** The rate limit of a token is by the minute. */
const defaultRetryAfterMs = 60_000;

/**
 * Calls the public API, once: a person sees an error sooner than a retry helps. Throws `ActivityLogError`, and `CliError`
 * for an unknown response.
 */
export async function callApi<T>(
  { api, token, org }: ApiCredentials,
  request: Omit<ApiRequest, "method"> & Partial<Pick<ApiRequest, "method">>,
  schema: z.ZodType<T>,
): Promise<ApiResponse<T>> {
  const headers = { authorization: `Bearer ${token}`, "x-aibooks-org": org };
  const connection = createConnection({ baseUrl: api, maxRetries: 0 }, headers);
  const response = await send(connection, { method: "GET", ...request });
  const parsed = schema.safeParse(response.body);
  if (!parsed.success)
    throw new CliError("failed", `Unknown response from ${api}. This version of the command line may be too old.`);
  return { body: parsed.data, nextCursor: parseNextCursor(response.headers.get("link")) };
}

/** Repeats a call after the wait that the rate limit of the token demands. */
export async function withRateLimitRetry<T>(call: () => Promise<T>, { sleep, stderr }: CommandContext): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ActivityLogError) || error.code !== "rate_limited") throw error;
      const waitMs = error.retryAfterMs ?? defaultRetryAfterMs;
      stderr.write(`Rate limit of the token reached. Waiting ${Math.ceil(waitMs / 1_000)} seconds.\n`);
      await sleep(waitMs);
    }
  }
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
    const call = () => callApi(access, request, schema);
    const reply: ApiResponse<T> = all ? await withRateLimitRetry(call, context) : await call();
    pages.push(reply.body);
    next = reply.nextCursor === null ? null : { ...query, cursor: reply.nextCursor };
  }
  if (next !== null) context.stderr.write("More pages follow. Use --all to show them.\n");
  return { pages, more: next !== null };
}
