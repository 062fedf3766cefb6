import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { QueryOf, ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath } from "./cursor-list.ts";

/**
 * Where to begin, and whether to go on at the end of the log: with `wait`, the iteration waits for further changes, up to
 * 20 seconds a request, and has no end.
 */
export type ChangesParams = Omit<QueryOf<"list_activity_changes">, "organization_id">;

export type ChangesPage = Pick<ResponseOf<"list_activity_changes", 200>, "changes" | "page_context">;

/** A request that should have waited and did not is followed by a pause: the token has too many requests waiting. */
const minWaitMs = 1_000;

/**
 * Iterates over the changes of an organisation, oldest first. Each `sequence` is one more than the one before, the first
 * one more than `after`: throws `ActivityLogError` `invalid_response` otherwise. To resume, pass the last sequence.
 */
export async function* iterateChanges(
  connection: Connection,
  { after = 0, wait = 0, ...params }: ChangesParams,
  options: RequestOptions = {},
): AsyncGenerator<Schemas["Change"], void, undefined> {
  for (let last = after; ; ) {
    const askedAt = connection.now().getTime();
    const { changes, page_context } = await fetchChanges(connection, { ...params, after: last, wait }, options);
    for (const change of changes) {
      if (change.sequence !== last + 1) throw createGapError(last, change.sequence);
      last = change.sequence;
      yield change;
    }
    if (page_context.has_more_page) continue;
    if (wait === 0) return;
    const elapsedMs = connection.now().getTime() - askedAt;
    if (changes.length === 0 && elapsedMs < minWaitMs) await connection.sleep(minWaitMs - elapsedMs, options.signal);
  }
}

/** Returns one page of changes. Throws `ActivityLogError`. */
export async function fetchChanges(
  connection: Connection,
  { wait = 0, ...params }: ChangesParams,
  options: RequestOptions = {},
): Promise<ChangesPage> {
  const query = { ...params, wait: wait === 0 ? undefined : wait };
  const response = await send(connection, { method: "GET", path: `${basePath}/activity/changes`, query }, options);
  return getBody<ResponseOf<"list_activity_changes", 200>>(response, "changes", "page_context");
}

function createGapError(last: number, found: number): ActivityLogError {
  const message = `The change after ${last} has the sequence ${found}. Do not skip it: report the gap to the operator.`;
  return new ActivityLogError("invalid_response", message);
}
