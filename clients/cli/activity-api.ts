import * as z from "zod";
import { CliError } from "./outcome.ts";

/** Structured parts stay as they came: zod would copy them, and drop a key named `__proto__`. */
const event = z.looseObject({
  event_id: z.string(),
  action: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  entity_ref: z.nullable(z.string()),
  actor_user_id: z.nullable(z.string()),
  changes: z.unknown(),
  metadata: z.unknown(),
  occurred_at: z.string(),
});

export type ListedEvent = z.infer<typeof event>;

const page = z.object({ activity: z.array(event) });

const problem = z.object({
  message: z.string(),
  field: z.optional(z.string()),
  details: z.optional(z.object({ valid: z.array(z.string()) })),
});

export type ApiAccess = { readonly api: string; readonly token: string; readonly org: string | undefined };

/** One page, and the path of the page after it; `null` at the end. */
export type ListedPage = { readonly events: readonly ListedEvent[]; readonly next: string | null };

/**
 * Reads one page of the public API. `path` begins with a slash. Answers the seconds to wait where the token's rate is
 * used up. Throws `CliError`, `usage` where the API calls a value invalid.
 */
export async function readPage({ api, token, org }: ApiAccess, path: string): Promise<ListedPage | { wait: number }> {
  const headers = { authorization: `Bearer ${token}`, ...(org === undefined ? {} : { "x-aibooks-org": org }) };
  const response = await fetch(`${api}${path}`, { headers, redirect: "error" });
  if (response.status === 429) return { wait: Number(response.headers.get("retry-after") ?? 60) };
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusal(response.status, body);
  const parsed = page.safeParse(body);
  if (!parsed.success) throw new CliError("failed", `${api} answers something that is no page of events.`);
  return { events: parsed.data.activity, next: nextPath(response.headers.get("link"), api) };
}

/** Only the path is followed: the token goes to no other host, whatever a link says. */
function nextPath(link: string | null, api: string): string | null {
  const [, address] = /<([^>]*)>; *rel="next"/.exec(link ?? "") ?? [];
  if (address === undefined) return null;
  const { pathname, search } = new URL(address, api);
  return `${pathname}${search}`;
}

function refusal(status: number, body: unknown): CliError {
  const { data } = problem.safeParse(body);
  const valid = data?.details === undefined ? "" : ` Valid are ${data.details.valid.join(", ")}.`;
  return new CliError(
    status === 400 ? "usage" : "failed",
    `The API answers ${status}: ${data?.message ?? "no reason"}${valid}`,
  );
}
