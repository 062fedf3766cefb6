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

let engine: WebhookDatabase;
const store = () => dataKeyStore(engine.client, engine.tables.config);
beforeAll(async () => {
  engine = await createWebhookTables();
});

const anOrg = () => `org_${randomUUID().replaceAll("-", "")}`;
const memory = memoryDataKeys();

describe.each<[string, () => DataKeyStore]>([
  ["DynamoDB", store],
  ["memory", () => memory],
])("data keys in %s", (_, keys) => {
  it("there are none at first", async () => expect(await keys().get(anOrg())).toBeNull());

  it("come back as they were stored, each for its own organisation", async () => {
    const [one, other] = [anOrg(), anOrg()];
    expect(await keys().create(one, "key-1")).toBe("key-1");
    expect(await keys().create(other, "key-2")).toBe("key-2");
    expect([await keys().get(one), await keys().get(other)]).toEqual(["key-1", "key-2"]);
  });

  it("are one for each organisation, however many create it concurrently", async () => {
    const orgId = anOrg();
    const created = await Promise.all(Array.from({ length: 20 }, (_, n) => keys().create(orgId, `key-${n}`)));
    expect(new Set(created).size).toBe(1);
    expect(await keys().get(orgId)).toBe(created[0]);
  });

  it("are never replaced", async () => {
    const orgId = anOrg();
    await keys().create(orgId, "first");
    expect(await keys().create(orgId, "second")).toBe("first");
    expect(await keys().get(orgId)).toBe("first");
  });
});

describe("data keys in DynamoDB", () => {
  it("are not listed with the endpoints beside them", async () => {
    const orgId = anOrg();
    await store().create(orgId, "key");
    const { endpoints } = createDynamodbStores(engine);
    expect(await endpoints.list(orgId)).toEqual([]);
    const endpoint = anEndpoint({ org_id: orgId, endpoint_id: `wh_${randomUUID().replaceAll("-", "")}` });
    await endpoints.create(endpoint, anEvent({ org_id: orgId, entity_id: endpoint.endpoint_id }));
    expect(await endpoints.list(orgId)).toEqual([endpoint]);
  });

  it("fail loudly where their item is damaged", async () => {
    const { pk, sk } = dataKeyKey(anOrg());
    const Item = { pk: { S: pk }, sk: { S: sk }, data_key: { N: "1" } };
    await engine.client.send(new PutItemCommand({ TableName: engine.tables.config, Item }));
    await expect(store().get(pk.slice("webhooks#".length))).rejects.toThrow(
      `Item ${pk} data_key has no valid data_key.`,
    );
  });
});
