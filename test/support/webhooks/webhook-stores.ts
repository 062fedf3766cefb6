import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, inject } from "vitest";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { DeliveryStore, ScheduledDeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { scheduledDeliveryStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import type { EndpointReader, EndpointStore } from "#shared/webhooks/endpoints/endpoint.ts";
import { endpointHealthList, endpointHealthStore } from "#shared/webhooks/limits/dynamodb/endpoint-health-store.ts";
import { orgPermitStore } from "#shared/webhooks/limits/dynamodb/org-permit-store.ts";
import type { EndpointHealthList, EndpointHealthStore } from "#shared/webhooks/limits/endpoint-health.ts";
import type { OrgPermitStore } from "#shared/webhooks/limits/org-permits.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import type { ReplayStore } from "#shared/webhooks/replays/replay.ts";
import { emptyDatabase, patientRequests } from "#test/support/dynamodb/shared-dynamodb.ts";
import {
  memoryDeliveries,
  memoryEndpointHealth,
  memoryEndpoints,
  memoryOrgPermits,
  memoryReplays,
  memoryScheduledDeliveries,
} from "#test/support/memory/webhooks.ts";

/** All stores of webhooks in one database. */
export type WebhookStores = {
  readonly endpoints: EndpointStore & EndpointReader;
  readonly deliveries: DeliveryStore;
  readonly health: EndpointHealthStore & EndpointHealthList;
  readonly orgPermits: OrgPermitStore;
  readonly scheduled: ScheduledDeliveryStore;
  readonly replays: ReplayStore;
  /** Returns the stored event, or `null`. */
  logged(event: ActivityEvent): Promise<ActivityEvent | null>;
};

export type WebhookDatabase = { readonly client: DynamoDBClient; readonly tables: typeof tables };

const tables = { config: "config", events: "events", deliveries: "deliveries" } as const;

const layouts: readonly (Pick<CreateTableCommandInput, "KeySchema" | "GlobalSecondaryIndexes"> & { name: string })[] = [
  { name: tables.config, KeySchema: [hash("pk"), range("sk")] },
  { name: tables.events, KeySchema: [hash("timeline"), range("position")] },
  {
    name: tables.deliveries,
    KeySchema: [hash("pk"), range("sk")],
    GlobalSecondaryIndexes: [
      {
        IndexName: "undelivered",
        KeySchema: [hash("endpoint_id"), hash("undelivered"), range("delivery_id")],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  },
];

function hash(AttributeName: string) {
  return { AttributeName, KeyType: "HASH" } as const;
}

function range(AttributeName: string) {
  return { AttributeName, KeyType: "RANGE" } as const;
}

/** Creates an empty database for one test file, with only the tables that webhooks need. */
export async function createWebhookTables(): Promise<WebhookDatabase> {
  const { origin, accessKey } = emptyDatabase(inject("dynamodb"));
  const client = new DynamoDBClient({
    endpoint: origin,
    region: "us-east-1",
    credentials: { accessKeyId: accessKey, secretAccessKey: "test" },
    requestHandler: patientRequests,
  });
  afterAll(() => client.destroy());
  for (const { name, ...keys } of layouts) {
    const schemas = [keys, ...(keys.GlobalSecondaryIndexes ?? [])].flatMap(({ KeySchema = [] }) => KeySchema);
    const names = [...new Set(schemas.map(({ AttributeName }) => AttributeName))];
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        ...keys,
      }),
    );
  }
  return { client, tables };
}

/** Creates the DynamoDB stores. A page of deliveries makes at most `reads` queries. */
export function createDynamodbStores(
  { client, tables: { config, events, deliveries } }: WebhookDatabase,
  reads?: number,
): WebhookStores {
  const log = createEventStore(client, events);
  return {
    endpoints: endpointStore(client, { config, events }, () => new Date()),
    deliveries: deliveryStore(client, deliveries, reads),
    health: { ...endpointHealthStore(client, deliveries), ...endpointHealthList(client, deliveries) },
    orgPermits: orgPermitStore(client, deliveries),
    scheduled: scheduledDeliveryStore(client, deliveries),
    replays: replayStore(client, deliveries),
    logged: (event) => log.get(event.org_id, event),
  };
}

/** Creates the same stores in memory. */
export function createMemoryStores(): WebhookStores {
  const log: ActivityEvent[] = [];
  return {
    endpoints: memoryEndpoints(
      (event) => log.push(event),
      () => new Date(),
    ),
    deliveries: memoryDeliveries(),
    health: memoryEndpointHealth(),
    orgPermits: memoryOrgPermits(),
    scheduled: memoryScheduledDeliveries(),
    replays: memoryReplays(),
    logged: async ({ event_id }) => log.find((event) => event.event_id === event_id) ?? null,
  };
}
