import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { authorization } from "../aws-json.ts";
import type { Access, Region } from "./access.ts";
import { dynamoDbAccess, streamAccess } from "./dynamodb-access.ts";
import type { Judge, Principal } from "./judge.ts";
import { sqsAccess } from "./sqs-access.ts";

/** An engine behind the gate. */
interface Engine {
  readonly origin: string;
  readonly accessKey: string;
}

export interface GateOptions {
  readonly dynamodb: Engine;
  readonly sqs: Engine;
  readonly where: Region;
  /** Partition key attribute of each table, by the table's name. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  readonly judge: Judge;
  principalOf(accessKey: string): Principal;
  /** Origin that clients reach the gate by, for the queue URLs in answers. */
  readonly origin: string;
  onRefusal(sentence: string): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Service {
  readonly engine: Engine;
  readonly refusalStatus: number;
  access(operation: string, body: unknown): Access[];
  /** Changes an answer of the engine that names things differently from AWS; undefined when none needs it. */
  answer(operation: string): ((text: string) => string) | undefined;
  question?(text: string): string;
}

/**
 * Handles requests of AWS's JSON protocol: judges each by the policies of who makes it and passes the allowed ones to
 * the engine, which only the gate can reach.
 */
export function gateHandler(options: GateOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const services = servicesBehind(options);

  async function handle(request: IncomingMessage, response: ServerResponse, accessKey: string): Promise<void> {
    const [protocol = "", operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    const service = services[protocol];
    if (service === undefined) {
      refuse(
        response,
        400,
        "UnknownOperationException",
        "This endpoint speaks DynamoDB, SQS and Lambda over AWS JSON.",
      );
      return;
    }
    const text = await textOf(request);
    const principal = options.principalOf(accessKey);
    let accesses: Access[];
    try {
      accesses = service.access(operation, JSON.parse(text));
    } catch (error) {
      refuse(response, 400, "SerializationException", error instanceof Error ? error.message : String(error));
      return;
    }
    for (const access of accesses) {
      const refusal = await options.judge(principal, access);
      if (refusal === undefined) continue;
      options.onRefusal(refusal);
      refuse(response, service.refusalStatus, "AccessDeniedException", refusal);
      return;
    }
    await forward(service, operation, service.question?.(text) ?? text, { request, response });
  }

  async function forward({ engine, answer }: Service, operation: string, body: string, exchange: Exchange) {
    const { response } = exchange;
    const result = await ask(engine, body, exchange);
    const change = answer(operation);
    if (change === undefined) {
      response.writeHead(result.statusCode ?? 500, result.rawHeaders);
      await pipeline(result, response);
    } else {
      const changed = change(await textOf(result));
      response.writeHead(result.statusCode ?? 500, { "content-type": result.headers["content-type"] }).end(changed);
    }
  }

  function ask(engine: Engine, body: string, exchange: Exchange): Promise<IncomingMessage> {
    const { request, response } = exchange;
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": request.headers["content-type"],
        "content-length": Buffer.byteLength(body),
        "x-amz-target": request.headers["x-amz-target"],
        authorization: authorization(engine.accessKey, options.where.region),
      };
      const upstream = httpRequest(engine.origin, { method: "POST", agent, headers });
      let isAnswered = false;
      upstream.once("response", (result) => {
        isAnswered = true;
        resolve(result);
      });
      upstream.on("error", (error) => {
        // An engine may close an idle connection just as it is used again.
        if (upstream.reusedSocket && !isAnswered && !response.destroyed) resolve(ask(engine, body, exchange));
        else reject(error);
      });
      // A client that hangs up while it polls must not take a message that nobody will see.
      response.once("close", () => {
        if (!response.writableFinished) upstream.destroy();
      });
      upstream.end(body);
    });
  }

  return { handle, close: () => agent.destroy() };
}

export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message, Message: message });
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code }).end(body);
}

export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function servicesBehind({
  dynamodb,
  sqs,
  where,
  partitionKeys,
  origin,
}: GateOptions): Readonly<Record<string, Service>> {
  // DynamoDB Local puts all its ARNs in a region of its own.
  const ours = `arn:aws:dynamodb:${where.region}:`;
  const engines = "arn:aws:dynamodb:ddblocal:";
  const toOurs = (text: string) => text.replaceAll(engines, ours);
  const toEngine = (text: string) => text.replaceAll(ours, engines);
  return {
    DynamoDB_20120810: {
      engine: dynamodb,
      refusalStatus: 400,
      access: (operation, body) => dynamoDbAccess(operation, body, { ...where, partitionKeys }),
      answer: (operation) => (operation.endsWith("Table") ? toOurs : undefined),
    },
    DynamoDBStreams_20120810: {
      engine: dynamodb,
      refusalStatus: 400,
      access: streamAccess,
      answer: () => toOurs,
      question: toEngine,
    },
    AmazonSQS: {
      engine: sqs,
      refusalStatus: 403,
      access: (operation, body) => sqsAccess(operation, body, where),
      answer: (operation) =>
        /QueueUrl$|^ListQueues$|^CreateQueue$/.test(operation)
          ? (text) => text.replaceAll(/http:\/\/sqs\.[^/"]+/g, origin)
          : undefined,
    },
  };
}
