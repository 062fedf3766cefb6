import { resolve } from "node:path";
import { type DynamoDbEngine, startDynamoDb } from "./dynamodb.ts";
import { findJava } from "./java.ts";
import { type SqsEngine, startSqs } from "./sqs.ts";

interface Options {
  /** Folder that keeps the data; in memory without one. */
  readonly data: string | undefined;
  readonly logFile: string;
}

interface Engines {
  readonly dynamodb: DynamoDbEngine;
  readonly sqs: SqsEngine;
}

/** Starts both engines at the same time; `stops` gets to end them, also when only one of them comes up. */
export async function startEngines({ data, logFile }: Options, stops: AsyncDisposableStack): Promise<Engines> {
  const java = await findJava();
  const folder = data === undefined ? undefined : resolve(data);
  const dynamodb = startDynamoDb({ java, data: folder, logFile });
  const sqs = startSqs(folder);
  for (const engine of [dynamodb, sqs]) stops.defer(() => engine.then(({ stop }) => stop()).catch(() => {}));
  const [startedDynamoDb, startedSqs] = await Promise.all([dynamodb, sqs]);
  return { dynamodb: startedDynamoDb, sqs: startedSqs };
}
