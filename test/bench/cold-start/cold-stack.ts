import { randomUUID } from "node:crypto";
import { KMSClient } from "@aws-sdk/client-kms";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { signHead } from "#shared/ledger/checkpoints/sign-head.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import {
  type DeliveryMessage,
  deliveryIdOf,
  type ScheduledDeliveryStore,
} from "#shared/webhooks/deliveries/delivery.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { createSecretEncryption } from "#shared/webhooks/endpoints/aws/secret-encryption.ts";
import { dataKeyStore } from "#shared/webhooks/endpoints/dynamodb/data-key-store.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { benchEvent, fill } from "#test/bench/bench-events.ts";
import type { BenchEngine } from "#test/bench/engine.ts";
import { aDeliveryMessage, anEndpoint } from "#test/support/builders.ts";
import { chunksOf, eventEntries, putLog } from "#test/support/ledger/entries.ts";
import { memoryCheckpointKey, testLogName } from "#test/support/memory/proofs.ts";
import { anEndpointId } from "#test/support/webhooks/delivery-builders.ts";
import { hookPath } from "./record-replay-proxy.ts";

const org = "org_cold";
const slug = "org-cold";
const storedEvents = 200;

/** Entries of the log that a checkpoint covers. */
export const signedEntries = 300;

/** Data for the first invocations: an organisation with a log, callers and a webhook endpoint. */
export type ColdStack = {
  readonly org: string;
  readonly slug: string;
  readonly token: string;
  /** An API client's id and secret, with a colon between. */
  readonly client: string;
  readonly scheduled: Pick<ScheduledDeliveryStore, "add">;
  /** Returns a number that was not returned before. */
  next(): number;
  /** An event of the log. */
  event(): ActivityEvent;
  /** The message of a first attempt. */
  message(): DeliveryMessage;
  /** A replay that has just been created. */
  replay(): Promise<Replay>;
};

/** Writes the data. `services` is the URL of KMS and of the webhook receiver. */
export async function openColdStack(engine: BenchEngine, services: string): Promise<ColdStack> {
  const { admin, client: dynamodb, table: events, config, deliveries } = engine;
  await admin({ action: "org.create", org_id: org, slug });
  const issued = await admin({ action: "token.create", org_ids: [org], scopes: ["AIBooks.fullaccess.all"] });
  const made = await admin({ action: "client.create", org_id: org });
  if (!("secret" in issued && "client" in made)) throw new Error("There is no token, or no client.");
  await fill(createEventStore(dynamodb, events), org, storedEvents, () => undefined);

  const ledger = createLedgerStore(dynamodb, engine.ledger);
  await putLog(ledger, org, chunksOf(eventEntries(signedEntries)));
  const head = await ledger.getNewestChunk(org, true);
  if (head === null) throw new Error("The log is empty.");
  const ports = { checkpointKeys: [memoryCheckpointKey().key], logName: testLogName, now: () => new Date() };
  await createCheckpointStore(dynamodb, config).put(org, await signHead(ports, org, head), null);

  const endpoint_id = anEndpointId();
  const encryption = createSecretEncryption(
    "key",
    dataKeyStore(dynamodb, config),
    new KMSClient({ endpoint: services }),
  );
  const ciphertext = await encryption.encrypt(formatSigningSecret(new Uint8Array(32).fill(7)), {
    org_id: org,
    endpoint_id,
  });
  const secrets = [{ sealed: ciphertext, expires_at: null }];
  const endpoint = anEndpoint({ org_id: org, endpoint_id, url: `${services}${hookPath}`, secrets });
  await endpointStore(dynamodb, { config, events }, () => new Date()).create(endpoint, benchEvent(org, storedEvents));

  const replays = replayStore(dynamodb, deliveries);
  let given = 0;
  const next = () => given++;
  const event = () => benchEvent(org, next() % storedEvents);
  return {
    org,
    slug,
    token: issued.secret,
    client: `${made.client.client_id}:${made.secret}`,
    scheduled: scheduledDeliveryStore(dynamodb, deliveries),
    next,
    event,
    message() {
      const sent = event();
      const { entity_id, occurred_at, event_id } = sent;
      return aDeliveryMessage({
        org_id: org,
        endpoint_id,
        delivery_id: deliveryIdOf(endpoint_id, sent),
        event_type: eventTypeOf(sent),
        event: { entity_id, occurred_at, event_id },
        started_at: new Date().toISOString(),
      });
    },
    async replay() {
      const at = new Date().toISOString();
      const replay: Replay = {
        replay_id: `rpl_${randomUUID().replaceAll("-", "")}`,
        org_id: org,
        endpoint_id,
        since: "2026-01-01T00:00:00.000Z",
        until: at,
        events: null,
        only: "all",
        status: "running",
        examined: 0,
        sent: 0,
        cursor: null,
        created_at: at,
        updated_at: at,
      };
      await replays.save(replay);
      return replay;
    },
  };
}
