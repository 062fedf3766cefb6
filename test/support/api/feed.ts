import { z } from "zod";
import type { Tenant } from "#test/support/stack.ts";
import { soon, type TestEnvironment } from "#test/support/test-environment.ts";
import { until } from "#test/support/until.ts";

export const feed = "/api/public/v1/activity";

const page = z.object({ activity: z.array(z.looseObject({ entity_id: z.string(), event_id: z.string() })) });

type Page = z.infer<typeof page> & { readonly next: string | null };

/** The JSON of an answer. Throws where that is a refusal, or of another shape. */
export async function readJson<T>(response: Response, answer: z.ZodType<T>): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return answer.parse(JSON.parse(text));
}

/** One page of events, and the address of the next. */
export async function readPage(world: TestEnvironment, { headers }: Tenant, path: string): Promise<Page> {
  const response = await world.get(path, headers);
  const { activity } = await readJson(response, page);
  const [, link] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
  if (link === undefined) return { activity, next: null };
  if (!link.startsWith(`${world.api}/`)) throw new Error(`The next page is elsewhere: ${link}`);
  return { activity, next: link.slice(world.api.length) };
}

/** The documents whose events the feed shows, in its order. */
export async function documents(world: TestEnvironment, tenant: Tenant, query = ""): Promise<string[]> {
  const { activity } = await readPage(world, tenant, `${feed}?${query}`);
  return activity.map(({ entity_id }) => entity_id);
}

/** The same, once they are so many: on AWS each index comes up with the table in its own time. */
export function documentsOnce(world: TestEnvironment, tenant: Tenant, count: number, query = ""): Promise<string[]> {
  return until(async () => {
    const found = await documents(world, tenant, query);
    return found.length === count && found;
  }, soon);
}

/** The list that a dialect answers with, once there is something in it. */
export function listOnce<T>(
  world: TestEnvironment,
  path: string,
  headers: Record<string, string>,
  answer: z.ZodType<T[]>,
): Promise<T[]> {
  return until(async () => {
    const list = await readJson(await world.get(path, headers), answer);
    return list.length > 0 && list;
  }, soon);
}
