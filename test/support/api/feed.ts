import { z } from "zod";
import type { Tenant } from "#test/support/stack.ts";
import { soon, type TestEnvironment } from "#test/support/test-environment.ts";
import { until } from "#test/support/until.ts";

export const feed = "/api/public/v1/activity";

const page = z.object({ activity: z.array(z.looseObject({ entity_id: z.string(), event_id: z.string() })) });

type Page = z.infer<typeof page> & { readonly next: string | null };

/** Returns the parsed JSON of a response. Throws if it is an error or does not match the schema. */
export async function readJson<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} returned ${response.status}: ${text}`);
  return schema.parse(JSON.parse(text));
}

/** Returns a page of events and the path of the next page. */
export async function readPage(environment: TestEnvironment, { headers }: Tenant, path: string): Promise<Page> {
  const response = await environment.get(path, headers);
  const { activity } = await readJson(response, page);
  const [, link] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
  if (link === undefined) return { activity, next: null };
  if (!link.startsWith(`${environment.api}/`)) throw new Error(`The link of the next page has another host: ${link}`);
  return { activity, next: link.slice(environment.api.length) };
}

/** Returns the entity ids of the feed, in its order. */
export async function documents(environment: TestEnvironment, tenant: Tenant, query = ""): Promise<string[]> {
  const { activity } = await readPage(environment, tenant, `${feed}?${query}`);
  return activity.map(({ entity_id }) => entity_id);
}

/** Waits until the feed has `count` events: on AWS, indexes are eventually consistent. */
export function documentsOnce(
  environment: TestEnvironment,
  tenant: Tenant,
  count: number,
  query = "",
): Promise<string[]> {
  return until(async () => {
    const found = await documents(environment, tenant, query);
    return found.length === count && found;
  }, soon);
}

/** Waits until a list is not empty, and returns it. */
export function listOnce<T>(
  environment: TestEnvironment,
  path: string,
  headers: Record<string, string>,
  schema: z.ZodType<T[]>,
): Promise<T[]> {
  return until(async () => {
    const list = await readJson(await environment.get(path, headers), schema);
    return list.length > 0 && list;
  }, soon);
}
