import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createSender } from "#clients/emitter/send.ts";
import type { LocalRuntime } from "#infra/local/runtime.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { createEventStore, type EventStore } from "#shared/events/dynamodb/event-store.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { patientRequests } from "./dynamodb/shared-dynamodb.ts";

/** Where a running stack is. It can be passed to another process. */
export type StackAddresses = Pick<LocalRuntime, "api" | "endpoints" | "queues" | "tables" | "functions" | "logFiles">;

/** Helpers of tests for a running stack on this machine. */
export type StackClient = {
  readonly dynamodb: DynamoDBClient;
  /** Creates another DynamoDB client, for a test that modifies it. */
  newClient(): DynamoDBClient;
  readonly sqs: SQSClient;
  readonly events: EventStore;
  /** Invokes the admin function. Returns its response unparsed. */
  admin(request: AdminRequest): Promise<Record<string, unknown>>;
  /** The secrets that the admin function has returned so far. */
  readonly secrets: ReadonlySet<string>;
  /** Creates an organisation with a token, so that tests do not see each other's events. */
  tenant(scopes?: Scope[]): Promise<Tenant>;
  token(orgIds: string[], scopes?: Scope[]): Promise<{ secret: string; token_id: string }>;
  /** Appends events directly, like a transaction of a service. */
  append(events: readonly EventInput[]): Promise<void>;
  /** Sends events to the ingest queue, as a service does. Throws if SQS rejects one. */
  emit(events: readonly EventInput[]): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
};

export type Tenant = { readonly org_id: string; readonly token: string; readonly headers: Record<string, string> };

let tenants = 0;

/** Returns helpers for a running stack. */
export function connectToStack({ api, endpoints, functions, queues, tables }: StackAddresses): StackClient {
  const account = { region: "us-east-1", credentials: { accessKeyId: "operator", secretAccessKey: "operator" } };
  const lambda = new LambdaClient({ ...account, endpoint: endpoints.lambda });
  const newClient = () =>
    new DynamoDBClient({ ...account, endpoint: endpoints.dynamodb, requestHandler: patientRequests });
  const dynamodb = newClient();
  const sqs = new SQSClient({ ...account, endpoint: endpoints.sqs, requestHandler: patientRequests });
  const events = createEventStore(dynamodb, tables.events ?? "");
  const send = createSender({ queueUrl: queues.ingest, client: sqs });
  const secrets = new Set<string>();

  const admin = async (request: AdminRequest): Promise<Record<string, unknown>> => {
    const FunctionName = functions.admin ?? "";
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
    const reply: Record<string, unknown> = JSON.parse(answer.Payload?.transformToString() ?? "{}");
    if (typeof reply.secret === "string") secrets.add(reply.secret);
    return reply;
  };
  const token = async (org_ids: string[], scopes: Scope[] = ["AIBooks.activity.READ"]) => {
    const { secret, token } = await admin({ action: "token.create", org_ids, scopes });
    if (typeof secret !== "string" || typeof token !== "object" || token === null || !("token_id" in token)) {
      throw new Error("The admin function returned no token.");
    }
    return { secret, token_id: String(token.token_id) };
  };

  return {
    dynamodb,
    newClient,
    sqs,
    events,
    admin,
    secrets,
    token,
    async tenant(scopes) {
      tenants += 1;
      const org_id = `org_${process.pid}_${tenants}`;
      await admin({ action: "org.create", org_id });
      const { secret } = await token([org_id], scopes);
      return { org_id, token: secret, headers: { authorization: `Bearer ${secret}`, "x-aibooks-org": org_id } };
    },
    async append(inputs) {
      const now = new Date();
      await Promise.all(
        inputs.map((input, at) =>
          events.put(parseEventValue(input, { now, entropy: `${at} ${JSON.stringify(input)}` }).event),
        ),
      );
    },
    async emit(inputs) {
      const results = await send(inputs.map((input) => ({ body: JSON.stringify(input), orgId: input.org_id })));
      const failed = results.find((result) => result.status === "failed");
      if (failed !== undefined) throw new Error(`SQS rejected an event: ${failed.reason}`);
    },
    get: (path, headers = {}) => fetch(`${api}${path}`, { headers }),
  };
}
