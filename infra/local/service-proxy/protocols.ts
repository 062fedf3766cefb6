import type { Keys } from "#infra/local/kms/keys.ts";
import { type Answer, kmsOperations } from "#infra/local/kms/operations.ts";
import type { logGroups } from "#infra/local/log-groups.ts";
import type { Access, Region } from "./access.ts";
import { dynamoDbAccess, streamAccess } from "./dynamodb-access.ts";
import type { Engine, Exchange, forwarder } from "./forward.ts";
import { kmsAccess } from "./kms-access.ts";
import { logsAccess } from "./logs-access.ts";
import { refuse } from "./send-aws-error.ts";
import { sqsAccess } from "./sqs-access.ts";

/** How the requests of one protocol are judged and answered. */
interface Protocol {
  readonly refusalStatus: number;
  access(operation: string, body: unknown): Access[];
  /** Answers a request that is allowed. */
  answer(operation: string, text: string, exchange: Exchange): Promise<void>;
}

/** What the protocols reach. */
export interface Services {
  readonly dynamodb: Engine;
  readonly sqs: Engine;
  readonly keys: Keys;
  /** Answers what writes to log groups. */
  readonly logGroups: ReturnType<typeof logGroups>;
  readonly randomBytes: (size: number) => Buffer;
  readonly where: Region;
  /** Called when an operation on tables begins; what it returns, when it has ended. */
  beginTableOperation(operation: string): () => void;
  /** Partition key attribute of each table, by the table's name. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  /** Origin that clients reach the gate by, for the queue URLs in answers. */
  readonly origin: string;
}

/** Every protocol that the gate speaks, by what stands before the dot in `x-amz-target`. */
export function protocols(
  { dynamodb, sqs, keys, logGroups, randomBytes, where, partitionKeys, origin, beginTableOperation }: Services,
  { forwardTo }: Pick<ReturnType<typeof forwarder>, "forwardTo">,
): ReadonlyMap<string, Protocol> {
  // DynamoDB Local puts all its ARNs in a region of its own.
  const ours = `arn:aws:dynamodb:${where.region}:`;
  const engines = "arn:aws:dynamodb:ddblocal:";
  const toOurs = (text: string) => text.replaceAll(engines, ours);
  const toEngine = (text: string) => text.replaceAll(ours, engines);
  const toOurUrls = (text: string) => text.replaceAll(/http:\/\/sqs\.[^/"]+/g, origin);
  const kms = kmsOperations(keys, randomBytes);
  const byName: Readonly<Record<string, Protocol>> = {
    DynamoDB_20120810: {
      refusalStatus: 400,
      access: (operation, body) => dynamoDbAccess(operation, body, { ...where, partitionKeys }),
      answer: forwardTo(dynamodb, {
        answer: (operation) => (operation.endsWith("Table") ? toOurs : undefined),
        begin: beginTableOperation,
      }),
    },
    DynamoDBStreams_20120810: {
      refusalStatus: 400,
      access: streamAccess,
      answer: forwardTo(dynamodb, { answer: () => toOurs, question: toEngine }),
    },
    AmazonSQS: {
      refusalStatus: 403,
      access: (operation, body) => sqsAccess(operation, body, where),
      answer: forwardTo(sqs, {
        answer: (operation) => (/QueueUrl$|^ListQueues$|^CreateQueue$/.test(operation) ? toOurUrls : undefined),
      }),
    },
    Logs_20140328: {
      refusalStatus: 400,
      access: (operation, body) => logsAccess(operation, body, where),
      answer: async (operation, text, exchange) => respond(exchange, logGroups(operation, JSON.parse(text))),
    },
    TrentService: {
      refusalStatus: 400,
      access: (operation, body) => kmsAccess(operation, body, keys),
      answer: async (operation, text, exchange) => respond(exchange, kms(operation, JSON.parse(text))),
    },
  };
  return new Map(Object.entries(byName));
}

function respond({ response, losesAnswer }: Exchange, answer: Answer<unknown>): void {
  if (losesAnswer) response.destroy();
  else if (answer.kind === "fault") refuse(response, 400, answer.code, answer.message);
  else response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer.output));
}
