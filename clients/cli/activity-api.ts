import * as z from "zod";
import type { Session } from "./command-context.ts";
import { CliError } from "./command-result.ts";
import { printable } from "./printable.ts";

/** Where the public API is, and who asks it. */
export type ApiAccess = { readonly api: string; readonly token: string; readonly org: string | undefined };

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** With its query; begins with a slash. */
  readonly path: string;
  readonly body?: object;
};

/** What the API answers, and the path of the page after it; `null` at the end. */
export type ApiReply<T> = { readonly body: T; readonly next: string | null };

const problem = z.object({
  code: z.string(),
  message: z.string(),
  details: z.optional(z.object({ valid: z.array(z.string()) })).catch(undefined),
});

/** The API said no. */
export class ApiRefusal extends CliError {
  readonly status: number;
  /** Seconds until a repeat can succeed. */
  readonly retryAfter: number;

  constructor(status: number, message: string, retryAfter: number) {
    super(status === 400 ? "usage" : "failed", message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Asks the public API once. Throws `ApiRefusal`, and `CliError` for what is no answer of it. */
export async function callApi<T>(
  { api, token, org }: ApiAccess,
  { method = "GET", path, body }: ApiRequest,
  answer: z.ZodType<T>,
): Promise<ApiReply<T>> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (org !== undefined) headers.set("x-aibooks-org", org);
  if (body !== undefined) headers.set("content-type", "application/json");
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${api}${path}`, { method, headers, redirect: "error", ...content });
  const reply: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusal(response, reply);
  const parsed = answer.safeParse(reply);
  if (!parsed.success) throw new CliError("failed", `${api} answers something that this version does not know.`);
  return { body: parsed.data, next: nextPath(response.headers.get("link"), api) };
}

/** Asks again after each wait that the token's rate calls for. */
export async function patiently<T>(ask: () => Promise<T>, { sleep, stderr }: Session): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 429) throw error;
      stderr.write(`The token has used up its rate: waiting for ${error.retryAfter} seconds.\n`);
      await sleep(error.retryAfter * 1000);
    }
  }
}

/** Reads the first page, or with `all` every page. Says on stderr where there is more. */
export async function readPages<T>(
  access: ApiAccess,
  path: string,
  answer: z.ZodType<T>,
  { all, session }: { all: boolean; session: Session },
): Promise<{ pages: T[]; more: boolean }> {
  const pages: T[] = [];
  let next: string | null = path;
  while (next !== null && (all || pages.length === 0)) {
    const request: ApiRequest = { path: next };
    const ask = () => callApi(access, request, answer);
    const reply: ApiReply<T> = all ? await patiently(ask, session) : await ask();
    pages.push(reply.body);
    next = reply.next;
  }
  if (next !== null) session.stderr.write("There is more: --all shows every page.\n");
  return { pages, more: next !== null };
}

/** Only the path is followed: the token goes to no other host, whatever a link says. */
function nextPath(link: string | null, api: string): string | null {
  const [, address] = /<([^>]*)>; *rel="next"/.exec(link ?? "") ?? [];
  if (address === undefined) return null;
  const { pathname, search } = new URL(address, api);
  return `${pathname}${search}`;
}

function refusal({ status, headers }: Response, body: unknown): ApiRefusal {
  const retryAfter = Number(headers.get("retry-after")) || 60;
  const { data } = problem.safeParse(body);
  return new ApiRefusal(status, explanation(status, data, retryAfter), retryAfter);
}

function explanation(status: number, data: z.infer<typeof problem> | undefined, retryAfter: number): string {
  if (status === 429) return `The token has used up its rate: try again in ${retryAfter} seconds.`;
  const valid = data?.details === undefined ? "" : ` Valid are ${data.details.valid.join(", ")}.`;
  const remedy = data?.code === "authz.scope_missing" ? " Issue one that has it with token create." : "";
  return printable(`The API answers ${status}: ${data?.message ?? "no reason"}${valid}${remedy}`);
}
