import * as z from "zod";
import type { AwsCall } from "#infra/local/aws-json.ts";

export type StreamShard = {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly isClosed: boolean;
};

const streamRecordSchema = z.looseObject({
  eventID: z.string(),
  eventName: z.string(),
  dynamodb: z.looseObject({
    ApproximateCreationDateTime: z.number(),
    Keys: z.record(z.string(), z.unknown()),
    SequenceNumber: z.string(),
  }),
});
export type StreamRecord = z.infer<typeof streamRecordSchema>;

const describedSchema = z.object({
  StreamDescription: z.object({
    Shards: z
      .array(
        z.object({
          ShardId: z.string(),
          ParentShardId: z.string().optional(),
          SequenceNumberRange: z.object({ EndingSequenceNumber: z.string().optional() }).default({}),
        }),
      )
      .default([]),
    LastEvaluatedShardId: z.string().optional(),
  }),
});
const iteratorSchema = z.object({ ShardIterator: z.string() });
const recordsSchema = z.object({
  Records: z.array(streamRecordSchema).default([]),
  NextShardIterator: z.string().optional(),
});

const operation = (name: string) => `DynamoDBStreams_20120810.${name}`;

export async function listShards(streamArn: string, call: AwsCall): Promise<StreamShard[]> {
  const shards: StreamShard[] = [];
  let from: string | undefined;
  do {
    const page = describedSchema.parse(
      await call(operation("DescribeStream"), { StreamArn: streamArn, ExclusiveStartShardId: from }),
    ).StreamDescription;
    for (const { ShardId, ParentShardId, SequenceNumberRange } of page.Shards) {
      const isClosed = SequenceNumberRange.EndingSequenceNumber !== undefined;
      shards.push({ id: ShardId, parentId: ParentShardId, isClosed });
    }
    from = page.LastEvaluatedShardId;
  } while (from !== undefined);
  return shards;
}

/** Starting position in a shard: its beginning, its end, or after a record. */
export type ShardPosition = "TRIM_HORIZON" | "LATEST" | { readonly after: string };

export async function getShardIterator(
  streamArn: string,
  shardId: string,
  position: ShardPosition,
  call: AwsCall,
): Promise<string> {
  const start =
    typeof position === "string"
      ? { ShardIteratorType: position }
      : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position.after };
  const answer = await call(operation("GetShardIterator"), { StreamArn: streamArn, ShardId: shardId, ...start });
  return iteratorSchema.parse(answer).ShardIterator;
}

/** Records from an iterator on; `next` is undefined at the end of a closed shard. */
export async function getRecords(iterator: string, limit: number, call: AwsCall) {
  const answer = await call(operation("GetRecords"), { ShardIterator: iterator, Limit: Math.min(limit, 1_000) });
  const { Records: records, NextShardIterator: next } = recordsSchema.parse(answer);
  return { records, next };
}
