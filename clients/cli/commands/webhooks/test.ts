import { type ApiCredentials, callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import {
  type DeliveryResponse,
  deliveryPath,
  deliveryResponseSchema,
  formatDelivery,
  requestedDeliverySchema,
} from "#clients/cli/webhooks/delivery-view.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint-view.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";

const pauseMs = 250;

/** Longer than one attempt and its way through the queue can take. */
const timeoutMs = 60_000;

export const webhooksTest = defineCommand({
  name: "webhooks test",
  summary: "Sends a signed sample event to an endpoint and shows the response.",
  examples: ["webhooks test wh_0123456789abcdef0123456789abcdef --type invoice.sent"],
  operands: ["ENDPOINT_ID"],
  options: {
    type: { value: "TYPE", help: "the event type, default invoice.sent; webhooks event-types lists them" },
    ...credentialOptions,
  },
  async run(args, context) {
    const id = args.operand("ENDPOINT_ID");
    const event_type = args.text("type");
    const access = await resolveCredentials(args, context);
    const body = event_type === undefined ? {} : { event_type };
    const request = { method: "POST", path: `${endpointPath(id)}/test`, body } as const;
    const { body: requested } = await callApi(access, request, requestedDeliverySchema);
    const json = await waitForDelivery(access, { endpointId: id, deliveryId: requested.delivery.delivery_id }, context);
    const exit = json.delivery.status === "succeeded" ? exitCodes.done : exitCodes.failed;
    return { json, text: formatDelivery(json), exit };
  },
});

type TestDelivery = { readonly endpointId: string; readonly deliveryId: string };

async function waitForDelivery(
  access: ApiCredentials,
  { endpointId, deliveryId }: TestDelivery,
  context: CommandContext,
): Promise<DeliveryResponse> {
  const deadline = context.now().getTime() + timeoutMs;
  const path = deliveryPath(endpointId, deliveryId);
  while (context.now().getTime() < deadline) {
    const response = await getDelivery(access, path, context);
    if (response !== null && response.delivery.status !== "pending") return response;
    await context.sleep(pauseMs);
  }
  throw new CliError("failed", `No response yet. To look again: webhooks delivery ${endpointId} ${deliveryId}`);
}

/** Returns `null` before the first attempt: a test delivery is stored only then. */
async function getDelivery(
  access: ApiCredentials,
  path: string,
  context: CommandContext,
): Promise<DeliveryResponse | null> {
  try {
    return (await callApi(access, { path }, deliveryResponseSchema, { retries: context })).body;
  } catch (error) {
    if (error instanceof ActivityLogError && error.code === "not_found") return null;
    throw error;
  }
}
