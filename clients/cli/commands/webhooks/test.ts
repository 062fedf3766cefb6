import { type ApiCredentials, ApiError, callApi, withRateLimitRetry } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, findCredentials } from "#clients/cli/api/credentials.ts";
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

const pauseMs = 250;

/** Longer than one attempt may take, and its way through the queue. */
const patienceMs = 60_000;

export const webhooksTest = defineCommand({
  name: "webhooks test",
  summary: "Sends a signed sample event to an endpoint, and waits for what it answers.",
  examples: ["webhooks test wh_0123456789abcdef0123456789abcdef --type invoice.sent"],
  operands: ["ENDPOINT_ID"],
  options: {
    type: { value: "TYPE", help: "the event type; webhooks event-types lists them, invoice.sent when left out" },
    ...credentialOptions,
  },
  async run(args, context) {
    const [id, event_type] = [args.operand("ENDPOINT_ID"), args.text("type")];
    const access = await findCredentials(args, context);
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
  const deadline = context.now().getTime() + patienceMs;
  const path = deliveryPath(endpointId, deliveryId);
  while (context.now().getTime() < deadline) {
    const answer = await withRateLimitRetry(() => getDelivery(access, path), context);
    if (answer !== null && answer.delivery.status !== "pending") return answer;
    await context.sleep(pauseMs);
  }
  throw new CliError("failed", `It is still under way. How it went: webhooks delivery ${endpointId} ${deliveryId}`);
}

/** `null` while the queue has not brought it: until its first attempt, nobody knows of a delivery. */
async function getDelivery(access: ApiCredentials, path: string): Promise<DeliveryResponse | null> {
  try {
    return (await callApi(access, { path }, deliveryResponseSchema)).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
