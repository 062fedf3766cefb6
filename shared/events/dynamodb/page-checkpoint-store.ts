import { type DynamoDBClient, PutItemCommand, QueryCommand, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { PageCheckpoint, PageCheckpointStore } from "#shared/events/query/page-checkpoint.ts";
import { encodePosition, parsePosition } from "#shared/events/query/position.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { pageCheckpointKey, pageCheckpointPartition, pageCheckpointPrefix } from "#shared/platform/dynamodb/keys.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";

const keptForSeconds = 15 * 60;

/** Places that are looked at behind some that are all over. */
const furtherLimits = [100, 400];

/**
 * Where lists that are paged by number go on, in the config table. A list's name is a digest, and its organisation is
 * part of the key, so nobody's places lead into another's log.
 */
export function createPageCheckpointStore(client: DynamoDBClient, table: string): PageCheckpointStore {
  return {
    async listUpTo({ org_id, name }, offset, count, now) {
      const query: QueryCommandInput = {
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: toStringAttributes({
          ":pk": pageCheckpointPartition(org_id, name),
          ":first": pageCheckpointPrefix,
          ":last": pageCheckpointKey(org_id, name, offset).sk,
        }),
        ScanIndexForward: false,
        // The place was written a moment ago, by the request for the page before.
        ConsistentRead: true,
      };
      // Items stay some hours after their time: what is over may lie before what still holds.
      let start: AttributeMap | undefined;
      for (const Limit of [count, ...furtherLimits]) {
        const answer = await mapTransientErrors(
          client.send(new QueryCommand({ ...query, Limit, ExclusiveStartKey: start })),
        );
        const live = (answer.Items ?? []).filter((item) => Number(item.expires_at_seconds?.N) > now.getTime() / 1000);
        start = answer.LastEvaluatedKey;
        if (live.length > 0 || start === undefined) return live.slice(0, count).map(parseCheckpointItem);
      }
      return [];
    },

    async put({ org_id, name }, { offset, after, head }, now) {
      const Item = {
        ...toStringAttributes({
          ...pageCheckpointKey(org_id, name, offset),
          after: encodePosition(after),
          head: encodePosition(head),
        }),
        expires_at_seconds: { N: String(Math.ceil(now.getTime() / 1000) + keptForSeconds) },
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
