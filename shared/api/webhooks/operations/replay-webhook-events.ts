import * as z from "zod/mini";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { filtersSchema, parseFilters } from "#shared/api/webhooks/endpoint-settings.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookReplayCountSchema, webhookReplaySchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { renderReplay, renderSuccess } from "#shared/api/webhooks/render.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import { timePattern } from "#shared/platform/time/wall-time.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import { replayScopes } from "#shared/webhooks/replays/replay.ts";
import type { ReplayRange } from "#shared/webhooks/replays/replay-selection.ts";
import { previewReplay, startReplay } from "#shared/webhooks/replays/start-replay.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

/** What the JSON Schemas contain in addition to the checks. */
const docs = z.globalRegistry;

/** The schemas do not check times: `parseTimeRange` does, as for query parameters. */
function timeDocs(end: "first" | "last", more = "") {
  return {
    pattern: timePattern.source,
    description: `ISO 8601, inclusive: the ${end} moment that the text names, of a date that of its day. No offset means UTC.${more}`,
    examples: ["2026-05-11T00:00:00Z"],
  };
}

const bodySchema = z.strictObject({
  since: z.string().register(docs, timeDocs("first")),
  until: z.optional(z.string()).register(docs, timeDocs("last", " Defaults to now.")),
  events: z
    .optional(z.nullable(filtersSchema))
    .register(docs, { description: "Restricts the replay to these events of the endpoint's subscription." }),
  only: z.optional(z.enum(replayScopes)).register(docs, {
    default: "failed",
    description: `\`failed\`: events of the last ${deliveryRetentionDays} days that were not delivered. \`all\`: all events of the range.`,
  }),
  dry_run: z.optional(z.boolean()).register(docs, { default: false, description: "Counts without sending." }),
});

export const replayWebhookEvents = defineWebhooksOperation({
  operationId: "replay_webhook_events",
  method: "POST",
  path: "/endpoints/{endpoint_id}/replay",
  async handle({ ports, requester, request, path: { endpoint_id = "" }, auditFields }) {
    const { range, isDryRun } = parseReplayRequest(request.body(), ports.now());
    auditFields.filters = formatFilters([
      ["since", range.since],
      ["until", range.until],
      ["only", range.only],
      ["dry_run", isDryRun ? "true" : null],
    ]);
    if (isDryRun) {
      const { count, examined, complete } = await previewReplay(ports, requester.org_id, endpoint_id, range);
      return jsonResponse(renderSuccess({ replay: { dry_run: true, count, examined, complete } }));
    }
    const replay = await startReplay(ports, requester.org_id, endpoint_id, range);
    auditFields.replay_id = replay.replay_id;
    return jsonResponse(renderSuccess({ replay: renderReplay(replay) }), 202);
  },
});

type ReplayRequest = { readonly range: ReplayRange; readonly isDryRun: boolean };

/** Returns the range of a replay, and whether to count its deliveries without sending them. Throws like `parseBody`. */
export function parseReplayRequest(body: unknown, now: Date): ReplayRequest {
  const parsed = parseBody(bodySchema, body);
  const { since, until = now.toISOString(), events = null, only = "failed", dry_run: isDryRun = false } = parsed;
  const times = parseTimeRange({ since, until });
  return { range: { ...times, events: events === null ? null : parseFilters(events), only }, isDryRun };
}

export const describeReplayWebhookEvents = () => {
  const replay = renderReplay(sample.replay);
  return describeWebhooksOperation({
    summary: "Send events of the log again",
    description: "From the log, of any age. Each event keeps the id of its first delivery.",
    body: { schema: bodySchema, example: { since: replay.since, until: replay.until, only: "failed" } },
    responses: {
      202: {
        description: "Started. Get the replay for its progress.",
        content: { replay: webhookReplaySchema },
        example: { replay },
      },
      200: {
        description: "With `dry_run`: the number of events that would be sent.",
        content: { replay: webhookReplayCountSchema },
        example: { replay: { dry_run: true, count: 3, examined: 120, complete: true } },
      },
    },
    errors: [404, 409],
  });
};
