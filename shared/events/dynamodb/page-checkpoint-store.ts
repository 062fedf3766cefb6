import { type DynamoDBClient, PutItemCommand, QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { PageCheckpoint, PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";
import { encodePosition, parsePosition } from "#shared/events/query/position.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { pageCheckpointKey, pageCheckpointPartition, pageCheckpointPrefix } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

const ttlSeconds = 15 * 60;

/** Limits of the further reads if all checkpoints so far have expired. */
const retryLimits = [100, 400];

/**
 * Creates the store of page checkpoints in the config table, because items of the events table never expire. The
 * organisation is part of the key, so that no checkpoint is used for the list of another organisation.
 */
export function createPageCheckpointStore(client: DynamoDBClient, table: string): PageCheckpointStore {
  return {
    async findNearest({ org_id, listKey: name }, offset, count, now) {
      const query: QueryCommandInput = {
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: toStringAttributes({
          ":pk": pageCheckpointPartition(org_id, name),
          ":first": pageCheckpointPrefix,
          ":last": pageCheckpointKey(org_id, name, offset).sk,
        }),
        ScanIndexForward: false,
        // The checkpoint was written a moment ago, by the request of the previous page.
        ConsistentRead: true,
      };
      // TTL deletes items hours late, so expired ones may precede valid ones.
      let start: AttributeMap | undefined;
      for (const Limit of [count, ...retryLimits]) {
        const response = await mapTransientErrors(
          client.send(new QueryCommand({ ...query, Limit, ExclusiveStartKey: start })),
        );
        const unexpired = (response.Items ?? []).filter(
          (item) => Number(item.expires_at_seconds?.N) > now.getTime() / 1000,
        );
        start = response.LastEvaluatedKey;
        if (unexpired.length > 0 || start === undefined) return unexpired.slice(0, count).map(parseCheckpointItem);
      }
      // Too many expired checkpoints: the page is found from the beginning, which is slower but right.
      return [];
    },

    async put({ org_id, listKey: name }, { offset, after, head }, now) {
      const Item = {
        ...toStringAttributes({
          ...pageCheckpointKey(org_id, name, offset),
          after: encodePosition(after),
          head: encodePosition(head),
        }),
        expires_at_seconds: { N: String(Math.ceil(now.getTime() / 1000) + ttlSeconds) },
      };
      await mapTransientErrors(client.send(new PutItemCommand({ TableName: table, Item })));
    },
  };
}

function parseCheckpointItem({ pk, sk, after, head }: AttributeMap): PageCheckpoint {
  const positions = { after: parsePosition(after?.S ?? ""), head: parsePosition(head?.S ?? "") };
  if (positions.after === null || positions.head === null) {
    throw new Error(`Item ${pk?.S} ${sk?.S} is not a valid page checkpoint.`);
  }
  return {
    offset: Number(sk?.S?.slice(pageCheckpointPrefix.length)),
    after: positions.after,
    head: positions.head,
  };
}
