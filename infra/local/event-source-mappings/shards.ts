import * as z from "zod";
import type { AwsCall } from "#infra/local/aws-json.ts";

export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly isClosed: boolean;
}

const StreamRecord = z.looseObject({
  eventID: z.string(),
  eventName: z.string(),
  dynamodb: z.looseObject({
    ApproximateCreationDateTime: z.number(),
    Keys: z.record(z.string(), z.unknown()),
    SequenceNumber: z.string(),
  }),
});
export type StreamRecord = z.infer<typeof StreamRecord>;

const Described = z.object({
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
const Iterator = z.object({ ShardIterator: z.string() });
const Records = z.object({ Records: z.array(StreamRecord).default([]), NextShardIterator: z.string().optional() });

const operation = (name: string) => `DynamoDBStreams_20120810.${name}`;

export async function listShards(streamArn: string, call: AwsCall): Promise<Shard[]> {
  const shards: Shard[] = [];
  let from: string | undefined;
  do {
    const page = Described.parse(
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

/** Where to read a shard from: one of its ends, or behind a record. */
export type Position = "TRIM_HORIZON" | "LATEST" | { readonly after: string };

export async function shardIterator(
  streamArn: string,
  shardId: string,
  position: Position,
  call: AwsCall,
): Promise<string> {
  const start =
    typeof position === "string"
      ? { ShardIteratorType: position }
      : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position.after };
  const answer = await call(operation("GetShardIterator"), { StreamArn: streamArn, ShardId: shardId, ...start });
  return Iterator.parse(answer).ShardIterator;
}

/** Records from an iterator on; `next` is undefined at the end of a closed shard. */
export async function readRecords(iterator: string, limit: number, call: AwsCall) {
  const answer = await call(operation("GetRecords"), { ShardIterator: iterator, Limit: Math.min(limit, 1_000) });
  const { Records: records, NextShardIterator: next } = Records.parse(answer);
  return { records, next };
}
