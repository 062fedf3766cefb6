import { randomUUID } from "node:crypto";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { dataKeyKey } from "#shared/platform/dynamodb/keys.ts";
import { dataKeyStore } from "#shared/webhooks/endpoints/dynamodb/data-key-store.ts";
import type { DataKeyStore } from "#shared/webhooks/endpoints/endpoint.ts";
import { anEndpoint, anEvent } from "#test/support/builders.ts";
import { memoryDataKeys } from "#test/support/memory/kms.ts";
import {
  createDynamodbStores,
  createWebhookTables,
  type WebhookDatabase,
} from "#test/support/webhooks/webhook-stores.ts";

let database: WebhookDatabase;
const store = () => dataKeyStore(database.client, database.tables.config);
beforeAll(async () => {
  database = await createWebhookTables();
});

const anOrg = () => `org_${randomUUID().replaceAll("-", "")}`;
const memory = memoryDataKeys();

describe.each<[string, () => DataKeyStore]>([
  ["DynamoDB", store],
  ["memory", () => memory],
])("data key store in %s", (_, keys) => {
  it("returns null when the organisation has no data key", async () => expect(await keys().get(anOrg())).toBeNull());

  it("returns the stored key of each organisation", async () => {
    const one = anOrg();
    const other = anOrg();
    expect(await keys().create(one, "key-1")).toBe("key-1");
    expect(await keys().create(other, "key-2")).toBe("key-2");
    expect([await keys().get(one), await keys().get(other)]).toEqual(["key-1", "key-2"]);
  });

  it("creates one key for each organisation, also with concurrent calls", async () => {
    const orgId = anOrg();
    const created = await Promise.all(Array.from({ length: 20 }, (_, n) => keys().create(orgId, `key-${n}`)));
    expect(new Set(created).size).toBe(1);
    expect(await keys().get(orgId)).toBe(created[0]);
  });

  it("never replaces a key", async () => {
    const orgId = anOrg();
    await keys().create(orgId, "first");
    expect(await keys().create(orgId, "second")).toBe("first");
    expect(await keys().get(orgId)).toBe("first");
  });
});

describe("data key store in DynamoDB", () => {
  it("does not list keys with the endpoints stored beside them", async () => {
    const orgId = anOrg();
    await store().create(orgId, "key");
    const { endpoints } = createDynamodbStores(database);
    expect(await endpoints.list(orgId)).toEqual([]);
    const endpoint = anEndpoint({ org_id: orgId, endpoint_id: `wh_${randomUUID().replaceAll("-", "")}` });
    await endpoints.create(endpoint, anEvent({ org_id: orgId, entity_id: endpoint.endpoint_id }));
    expect(await endpoints.list(orgId)).toEqual([endpoint]);
  });

  it("throws when the item is damaged", async () => {
    const { pk, sk } = dataKeyKey(anOrg());
    const Item = { pk: { S: pk }, sk: { S: sk }, data_key: { N: "1" } };
    await database.client.send(new PutItemCommand({ TableName: database.tables.config, Item }));
    await expect(store().get(pk.slice("webhooks#".length))).rejects.toThrow(
      `Item ${pk} data_key has no valid data_key.`,
    );
  });
});
