import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookReplaySchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { renderReplay, renderSuccess } from "#shared/api/webhooks/render.ts";
import { getReplay } from "#shared/webhooks/replays/start-replay.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const getWebhookReplay = defineWebhooksOperation({
  operationId: "get_webhook_replay",
  method: "GET",
  path: "/endpoints/{endpoint_id}/replays/{replay_id}",
  async handle({ ports, requester, path: { endpoint_id = "", replay_id = "" } }) {
    const replay = await getReplay(ports, requester.org_id, endpoint_id, replay_id);
    return jsonResponse(renderSuccess({ replay: renderReplay(replay) }));
  },
});

export const describeGetWebhookReplay = () =>
  describeWebhooksOperation({
    summary: "The progress of a replay",
    responses: {
      200: {
        description: "The replay.",
        content: { replay: webhookReplaySchema },
        example: { replay: { ...renderReplay(sample.replay), status: "done", examined: 120, sent: 3 } },
      },
    },
    errors: [404],
  });
