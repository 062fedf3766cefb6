import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll } from "vitest";
import { eventStore } from "#shared/events/dynamodb/event-store.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { DeliveryStore, DueStore } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { dueStore } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { endpointStore } from "#shared/webhooks/endpoints/dynamodb/endpoint-store.ts";
import type { EndpointSource, EndpointStore } from "#shared/webhooks/endpoints/endpoint.ts";
import type { HealthStore } from "#shared/webhooks/limits/circuit-breaker.ts";
import { healthStore } from "#shared/webhooks/limits/dynamodb/circuit-store.ts";
import { permitStore } from "#shared/webhooks/limits/dynamodb/org-permit-store.ts";
import type { PermitStore } from "#shared/webhooks/limits/org-permits.ts";
import { replayStore } from "#shared/webhooks/replays/dynamodb/replay-store.ts";
import type { ReplayStore } from "#shared/webhooks/replays/replay.ts";
import {
  memoryDeliveries,
  memoryDue,
  memoryEndpoints,
  memoryHealth,
  memoryPermits,
  memoryReplays,
} from "./memory-webhooks.ts";
import { emptyDatabase, patientRequests } from "./shared-dynamodb.ts";

/** All stores of webhooks, over one database. */
export type WebhookStores = {
  readonly endpoints: EndpointStore & EndpointSource;
  readonly deliveries: DeliveryStore;
  readonly health: HealthStore;
  readonly permits: PermitStore;
  readonly due: DueStore;
  readonly replays: ReplayStore;
  /** The event as the log has it; `null` where it has not. */
  logged(event: ActivityEvent): Promise<ActivityEvent | null>;
};

export type Engine = { readonly client: DynamoDBClient; readonly tables: typeof tables };

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

/** A database of the file's own, with just the tables that webhooks need. */
export async function startTables(): Promise<Engine> {
  const { origin, accessKey } = emptyDatabase();
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

/** The real stores. A page of deliveries reads at most `reads` times. */
export function storesIn({ client, tables: { config, events, deliveries } }: Engine, reads?: number): WebhookStores {
  const log = eventStore(client, events);
  return {
    endpoints: endpointStore(client, { config, events }, () => new Date()),
    deliveries: deliveryStore(client, deliveries, reads),
    health: healthStore(client, deliveries),
    permits: permitStore(client, deliveries),
    due: dueStore(client, deliveries),
    replays: replayStore(client, deliveries),
    logged: (event) => log.get(event.org_id, event),
  };
}

/** Their twins in memory. */
export function storesInMemory(): WebhookStores {
  const log: ActivityEvent[] = [];
  return {
    endpoints: memoryEndpoints(
      (event) => log.push(event),
      () => new Date(),
    ),
    deliveries: memoryDeliveries(),
    health: memoryHealth(),
    permits: memoryPermits(),
    due: memoryDue(),
    replays: memoryReplays(),
    logged: async ({ event_id }) => log.find((event) => event.event_id === event_id) ?? null,
  };
}
