import * as z from "zod/mini";
import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookEndpointWithSecretSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { renderEndpoint, renderSuccess } from "#shared/api/webhooks/render.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

const defaultOverlapSeconds = 86_400;
const maxOverlapSeconds = 604_800;

const bodySchema = z.strictObject({
  overlap_seconds: z.optional(z.int().check(z.minimum(0), z.maximum(maxOverlapSeconds))).register(z.globalRegistry, {
    default: defaultOverlapSeconds,
    description: "How long the old secrets stay valid.",
  }),
});

export const rotateWebhookSecret = defineWebhooksOperation({
  operationId: "rotate_webhook_secret",
  method: "POST",
  path: "/endpoints/{endpoint_id}/rotate-secret",
  async handle({ ports, requester, request, path: { endpoint_id = "" } }) {
    const overlap = parseOverlapSeconds(request.body());
    const { endpoint, secret } = await rotateSecret(ports, requester, endpoint_id, overlap);
    return jsonResponse(renderSuccess({ endpoint: renderEndpoint(endpoint, secret) }));
  },
});

/** Returns the seconds for which the old secrets stay valid. Throws like `parseBody`. */
export function parseOverlapSeconds(body: unknown): number {
  return parseBody(bodySchema, body).overlap_seconds ?? defaultOverlapSeconds;
}

export const describeRotateWebhookSecret = () =>
  describeWebhooksOperation({
    summary: "Give a webhook endpoint a new secret",
    description: "Older secrets stay valid for a while, at most three in all. Only this response contains the new one.",
    body: { schema: bodySchema, example: { overlap_seconds: 86_400 } },
    responses: {
      200: {
        description: "Rotated.",
        content: { endpoint: webhookEndpointWithSecretSchema },
        example: { endpoint: renderEndpoint(sample.endpoint, sample.secret) },
      },
    },
    errors: [404, 409],
  });
