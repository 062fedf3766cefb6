import { resolve } from "node:path";
import { type DynamoDbEmulator, startDynamoDb } from "./dynamodb.ts";
import { findJava } from "./java.ts";
import { type SqsEmulator, startSqs } from "./sqs.ts";

type Options = {
  /** Folder that keeps the data; in memory without one. */
  readonly data: string | undefined;
  readonly logFile: string;
  /** A DynamoDB that already runs; one of its own without it. */
  readonly dynamodb: DynamoDbEmulator | undefined;
};

export type Emulators = {
  readonly dynamodb: DynamoDbEmulator;
  readonly sqs: SqsEmulator;
};

/** Starts both engines at the same time; `stops` gets to end them, also when only one of them comes up. */
export async function startEmulators(options: Options, stops: AsyncDisposableStack): Promise<Emulators> {
  const data = options.data === undefined ? undefined : resolve(options.data);
  const dynamodb =
    options.dynamodb === undefined ? ownDynamoDb(data, options.logFile) : Promise.resolve(options.dynamodb);
  const sqs = startSqs(data);
  for (const engine of [dynamodb, sqs]) stops.defer(() => engine.then(({ stop }) => stop()).catch(() => {}));
  const [startedDynamoDb, startedSqs] = await Promise.all([dynamodb, sqs]);
  return { dynamodb: startedDynamoDb, sqs: startedSqs };
}

async function ownDynamoDb(data: string | undefined, logFile: string): Promise<DynamoDbEmulator> {
  return startDynamoDb({ java: await findJava(), data, logFile });
}
