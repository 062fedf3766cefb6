import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { BodyOf, ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath } from "./cursor-list.ts";

/** Which events to send again. */
export type ReplayRange = Omit<BodyOf<"replay_webhook_events">, "dry_run">;

export type Replays = {
  /** Starts a replay. Get it for its progress. */
  start(range: ReplayRange, options?: RequestOptions): Promise<Schemas["WebhookReplay"]>;
  /** Counts the events that a replay would send. */
  preview(range: ReplayRange, options?: RequestOptions): Promise<Schemas["WebhookReplayCount"]>;
  get(id: string, options?: RequestOptions): Promise<Schemas["WebhookReplay"]>;
};

export function createReplays(connection: Connection, endpointId: string): Replays {
  const endpoint = `${basePath}/webhooks/endpoints/${encodePathSegment(endpointId)}`;
  return {
    async start(range, options) {
      const response = await send(connection, { method: "POST", path: `${endpoint}/replay`, body: range }, options);
      return getBody<ResponseOf<"replay_webhook_events", 202>>(response, "replay").replay;
    },
    async preview(range, options) {
      const body = { ...range, dry_run: true };
      const response = await send(connection, { method: "POST", path: `${endpoint}/replay`, body }, options);
      return getBody<ResponseOf<"replay_webhook_events", 200>>(response, "replay").replay;
    },
    async get(id, options) {
      const response = await send(
        connection,
        { method: "GET", path: `${endpoint}/replays/${encodePathSegment(id)}` },
        options,
      );
      return getBody<ResponseOf<"get_webhook_replay", 200>>(response, "replay").replay;
    },
  };
}
