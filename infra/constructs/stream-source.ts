import { Duration } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import {
  type EventSourceMappingOptions,
  type Function as LambdaFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";

export type StreamSourceOptions = EventSourceMappingOptions & {
  /** Gets the positions of records that failed until they expired. */
  readonly deadLetters: IQueue;
};

/**
 * Adds a table's stream as an event source of a function. DynamoDB supports two consumers of a stream. Errors are retried
 * for 23 of the 24 hours that the stream keeps a record; then Lambda sends the record's position to the dead letters.
 */
export function addStreamSource(
  table: TableV2,
  fn: LambdaFunction,
  { deadLetters, ...options }: StreamSourceOptions,
): void {
  table.grantStreamRead(fn);
  if (table.tableStreamArn === undefined) throw new Error(`${table.node.path} has no stream.`);
  fn.addEventSourceMapping("Stream", {
    startingPosition: StartingPosition.TRIM_HORIZON,
    reportBatchItemFailures: true,
    maxRecordAge: Duration.hours(23),
    onFailure: new SqsDlq(deadLetters),
    ...options,
    eventSourceArn: table.tableStreamArn,
  });
}
