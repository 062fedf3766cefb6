import { type ApiAccess, ApiRefusal, callApi, patiently } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import {
  type DeliveryAnswer,
  deliveryAnswer,
  deliveryPath,
  describeDelivery,
  requestedAnswer,
} from "#clients/cli/webhooks/delivery.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint.ts";

const pauseMs = 250;

/** Longer than one attempt may take, and its way through the queue. */
const patienceMs = 60_000;

export const webhooksTest = defineVerb({
  name: "webhooks test",
  summary: "Sends a signed sample event to an endpoint, and waits for what it answers.",
  examples: ["webhooks test wh_0123456789abcdef0123456789abcdef --type invoice.sent"],
  operands: ["ENDPOINT_ID"],
  options: {
    type: { value: "TYPE", help: "the event type; webhooks types lists them, invoice.sent when left out" },
    ...accessOptions,
  },
  async run(given, session) {
    const [id, event_type] = [given.operand("ENDPOINT_ID"), given.text("type")];
    const access = await findAccess(given, session);
    const body = event_type === undefined ? {} : { event_type };
    const request = { method: "POST", path: `${endpointPath(id)}/test`, body } as const;
    const { body: requested } = await callApi(access, request, requestedAnswer);
    const json = await settled(access, { endpointId: id, deliveryId: requested.delivery.delivery_id }, session);
    const exit = json.delivery.status === "succeeded" ? exitCodes.done : exitCodes.failed;
    return { json, text: describeDelivery(json), exit };
  },
});

type Asked = { readonly endpointId: string; readonly deliveryId: string };

async function settled(
  access: ApiAccess,
  { endpointId, deliveryId }: Asked,
  session: Session,
): Promise<DeliveryAnswer> {
  const deadline = session.now().getTime() + patienceMs;
  const path = deliveryPath(endpointId, deliveryId);
  while (session.now().getTime() < deadline) {
    const answer = await patiently(() => read(access, path), session);
    if (answer !== null && answer.delivery.status !== "pending") return answer;
    await session.sleep(pauseMs);
  }
  throw new CliError("failed", `It is still under way. How it went: webhooks delivery ${endpointId} ${deliveryId}`);
}

/** `null` while the queue has not brought it: until its first attempt, nobody knows of a delivery. */
async function read(access: ApiAccess, path: string): Promise<DeliveryAnswer | null> {
  try {
    return (await callApi(access, { path }, deliveryAnswer)).body;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return null;
    throw error;
  }
}
