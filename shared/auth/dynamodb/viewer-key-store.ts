import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { ViewerKeyReader } from "#shared/auth/viewer-tokens/viewer-key-cache.ts";
import type { ViewerKey } from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { viewerKeyKey, viewerKeyPrefix, viewerKeysPartition } from "#shared/platform/dynamodb/keys.ts";
import { queryAll } from "#shared/platform/dynamodb/operations.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

export type ViewerKeyStore = ViewerKeyReader & {
  add(key: ViewerKey): Promise<void>;
  remove(key: ViewerKey): Promise<void>;
};

/** Creates the reader of the keys of viewer tokens, in the config table. Their sort key has the time, so they are in order. */
export function createViewerKeyReader(client: DynamoDBClient, table: string): ViewerKeyReader {
  return {
    async list() {
      const items = await queryAll(client, table, { pk: viewerKeysPartition, prefix: viewerKeyPrefix });
      return items.map(toViewerKey);
    },
  };
}

/** Creates the store of the keys of viewer tokens, for administrators. */
export function createViewerKeyStore(client: DynamoDBClient, table: string): ViewerKeyStore {
  return {
    ...createViewerKeyReader(client, table),

    async add(key) {
      const Item = toStringAttributes({ ...viewerKeyKey(key), ...key });
      await mapTransientErrors(client.send(new PutItemCommand({ TableName: table, Item })));
    },

    async remove(key) {
      const Key = toStringAttributes(viewerKeyKey(key));
      await mapTransientErrors(client.send(new DeleteItemCommand({ TableName: table, Key })));
    },
  };
}

/** Parses a key. Throws an error with the field if the item is damaged. */
function toViewerKey(item: AttributeMap): ViewerKey {
  const text = (field: keyof ViewerKey): string => {
    const value = item[field]?.S;
    if (value === undefined) throw new Error(`Item ${item.pk?.S} ${item.sk?.S} has no valid ${field}.`);
    return value;
  };
  return {
    key_id: text("key_id"),
    public_key: text("public_key"),
    encrypted_private_key: text("encrypted_private_key"),
    created_at: text("created_at"),
  };
}
