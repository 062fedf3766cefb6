import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type AwsCall, createAwsCaller } from "#infra/local/aws-json.ts";
import { createTable } from "#infra/local/emulators/create-table.ts";
import { startDynamoDb } from "#infra/local/emulators/dynamodb.ts";
import { findJava } from "#infra/local/emulators/java.ts";
import { synthesize } from "#infra/local/synthesize.ts";
import { readAssembly } from "#infra/local/template/assembly.ts";
import { createResources } from "#infra/local/template/resources.ts";
import { type AdminResult, handleAdminRequest } from "#shared/auth/admin/admin.ts";
import type { AdminRequest } from "#shared/auth/admin/admin-request.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { tokenBytes } from "#shared/auth/token-format.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { noEndpoints } from "#test/support/api/token-endpoints.ts";
import { memoryViewerKeys } from "#test/support/memory/viewer-keys.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";

const region = "us-east-1";

/**
 * The engine with the stack's own tables, reached directly: what lies between costs both sides of a comparison
 * nothing.
 */
export type BenchEngine = {
  /** The events table. */
  readonly table: string;
  readonly config: string;
  readonly deliveries: string;
  readonly ledger: string;
  readonly origin: string;
  readonly client: DynamoDBClient;
  readonly call: AwsCall;
  /** What a function finds in its environment, for processes of their own. */
  readonly environment: Readonly<Record<string, string>>;
  admin(request: AdminRequest): Promise<AdminResult>;
  /** Creates organisations, and tokens for all of them; enough of these and no minute's limit is reached. */
  tokens(orgIds: string[], count: number): Promise<string[]>;
  stop(): Promise<void>;
};

/** The slug of an organisation of the benchmark. */
export const slugOf = (orgId: string) => orgId.replaceAll("_", "-");

export async function startEngine(): Promise<BenchEngine> {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-bench-"));
  const assembly = join(folder, "cdk.out");
  await synthesize({ project: resolve(import.meta.dirname, "../.."), assembly, environment: env });
  const engine = await startDynamoDb({ java: await findJava(), data: undefined, logFile: join(folder, "engine.log") });
  const { template, stackName } = await readAssembly(assembly);
  const place = {
    account: "000000000000",
    region,
    stackName,
    api: "",
    services: "",
    streamLabels: new Map<string, string>(),
  };
  const resources = createResources(template, place);
  const call = createAwsCaller(engine.origin, engine.accessKey, region);
  for (const table of resources.ofType("AWS::DynamoDB::GlobalTable")) await createTable(table, call);
  const {
    TableEvents: table = "",
    TableConfig: config = "",
    TableDeliveries: deliveries = "",
    TableLedger: ledger = "",
  } = resources.outputs();

  const environment = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: engine.accessKey,
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_ENDPOINT_URL_DYNAMODB: engine.origin,
    [envVars.eventsTable]: table,
    [envVars.ledgerTable]: ledger,
    [envVars.roleId]: "AROABENCH",
    [envVars.configTable]: config,
    [envVars.ingestQueue]: "http://127.0.0.1:1/ingest",
    [envVars.ingestDeadLetters]: "http://127.0.0.1:1/dead-letters",
    [envVars.rejectedQueue]: "http://127.0.0.1:1/rejected",
  };
  setEnvironment(environment);
  const client = new DynamoDBClient({});
  const store = createAdminStore(client, config);
  let issued = 0;
  const admin = (request: AdminRequest) => {
    const random = new Uint8Array(tokenBytes);
    new DataView(random.buffer).setUint32(0, issued++);
    return handleAdminRequest(
      { store, endpoints: noEndpoints, viewerKeys: memoryViewerKeys(), now: new Date(), random },
      request,
    );
  };

  return {
    table,
    config,
    deliveries,
    ledger,
    origin: engine.origin,
    client,
    call,
    environment,
    admin,
    async tokens(orgIds, count) {
      for (const org_id of orgIds) await admin({ action: "org.create", org_id, slug: slugOf(org_id) });
      const secrets: string[] = [];
      while (secrets.length < count) {
        const answer = await admin({ action: "token.create", org_ids: orgIds, scopes: ["AIBooks.activity.READ"] });
        if ("secret" in answer) secrets.push(answer.secret);
      }
      return secrets;
    },
    async stop() {
      client.destroy();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
