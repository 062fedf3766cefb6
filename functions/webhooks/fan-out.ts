import { assertNotTooFarAhead } from "#shared/events/clock-skew.ts";
import { parseChunkImage } from "#shared/ledger/dynamodb/parse-chunk-image.ts";
import { toSequencedEvents } from "#shared/ledger/sequenced-event.ts";
import { createSqsClient } from "#shared/platform/aws/clients.ts";
import { createQuarantineQueue } from "#shared/platform/aws/quarantine-queue.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { createStreamHandler } from "#shared/platform/handlers/stream-handler.ts";
import { log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { deliveryQueue } from "#shared/webhooks/deliveries/aws/delivery-queue.ts";
import { fanOut } from "#shared/webhooks/deliveries/fan-out.ts";
import { endpointReader } from "#shared/webhooks/endpoints/dynamodb/endpoint-reader.ts";
import { EndpointCache } from "#shared/webhooks/endpoints/endpoint-cache.ts";

const now = () => new Date();
const endpoints = new EndpointCache(
  endpointReader(createDynamoClient(), env(envVars.configTable)),
  now,
  ({ change_id }) => log("error", "endpoint change damaged", { change_id }),
);
const client = createSqsClient();
const queue = deliveryQueue(env(envVars.deliveriesQueue), client);

/** Begins a delivery for each event of the stream of the ledger and each subscribed endpoint. */
export const handler = createStreamHandler({
  parse(image) {
    const { log: name, chunk } = parseChunkImage(image);
    return toSequencedEvents(name, chunk);
  },
  check: (event) => assertNotTooFarAhead(event, new Date(event.sealed_at)),
  async handle(events) {
    const { begun, failed } = await fanOut({ endpoints, queue, now }, events);
    return { failed, counts: new Map([[metricNames.deliveriesBegun, begun]]) };
  },
  quarantine: createQuarantineQueue(env(envVars.fanOutDeadLetters), client),
  referTo: ({ org_id, sequence, ...event }) => ({ org_id, sequence, key: eventKey(org_id, event) }),
});
