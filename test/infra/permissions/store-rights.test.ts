import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stageNames } from "#infra/config.ts";
import { createAuthorizer } from "#infra/local/iam/authorizer.ts";
import { dynamoDbPermissions } from "#infra/local/iam/permissions/dynamodb-permissions.ts";
import type { RequiredPermission } from "#infra/local/iam/permissions/required-permission.ts";
import { storeCallsOfFunctions } from "#test/support/dynamodb/function-store-calls.ts";
import { startScriptedDynamoDb } from "#test/support/dynamodb/scripted-dynamodb.ts";
import { deliveriesCalls, parsable, tables } from "#test/support/dynamodb/store-calls.ts";
import { permissionsOf } from "#test/support/infra/policies.ts";
import { templateOf } from "#test/support/infra/template.ts";

const where = { account: "000000000000", region: "us-east-1" };
const partitionKeys = new Map([
  [tables.config, "pk"],
  [tables.events, "timeline"],
  [tables.ledger, "pk"],
  [tables.deliveries, "pk"],
]);

let engine: Awaited<ReturnType<typeof startScriptedDynamoDb>>;
beforeAll(async () => {
  engine = await startScriptedDynamoDb();
});
afterAll(() => engine.close());

const permissions = permissionsOf(templateOf("prod"));
const authorize = createAuthorizer(new Map(), where.account);

/** What a function's role may do with the tables, as a policy of its own. */
function principalOf(fn: string) {
  const Statement = permissions
    .filter((one) => one.fn === fn && one.action.startsWith("dynamodb:"))
    .map(({ action, resource, condition }) => ({
      Effect: "Allow",
      Action: action,
      Resource: `arn:aws:dynamodb:${where.region}:${where.account}:table/${resource}`,
      ...(condition === "" ? {} : { Condition: JSON.parse(condition) }),
    }));
  const arn = `arn:aws:sts::${where.account}:assumed-role/${fn}/${fn}`;
  return { arn, policies: [{ name: "role", policy: { Version: "2012-10-17", Statement } }] };
}

/** Why the role refuses something that a call sends with any answers of DynamoDB; each refusal once. */
async function refusalsOf(fn: string, call: () => Promise<unknown>): Promise<readonly string[]> {
  const principal = principalOf(fn);
  const required = new Map<string, RequiredPermission>();
  for (const item of Object.values(parsable)) {
    for (const { operation, body } of await engine.explore(call, item)) {
      const permissions = dynamoDbPermissions(operation, body, { ...where, partitionKeys });
      for (const permission of permissions) required.set(JSON.stringify(permission), permission);
    }
  }
  const refusals = new Set<string>();
  for (const permission of required.values()) {
    const refusal = await authorize(principal, permission);
    if (refusal !== undefined) refusals.add(`${refusal} (${JSON.stringify(permission.context)})`);
  }
  return [...refusals];
}

describe.each(Object.entries(storeCallsOfFunctions))(
  "permissions of the role of %s, for any response of DynamoDB",
  (fn, callsOf) => {
    it("allow all requests of its store methods", async () => {
      const refusals: Record<string, readonly string[]> = {};
      for (const [store, calls] of Object.entries(callsOf(engine.client))) {
        for (const [method, call] of Object.entries(calls)) {
          const found = await refusalsOf(fn, call);
          if (found.length > 0) refusals[`${store}.${method}`] = found;
        }
      }
      expect(refusals).toEqual({});
    });
  },
);

it("detects a permission that is missing only after a write conflict", async () => {
  const refusals = await refusalsOf("WebhooksApi", deliveriesCalls(engine.client).recordScheduled);
  expect(refusals).toEqual([expect.stringContaining("not authorized to perform: dynamodb:UpdateItem")]);
});

/** Rights of the service that reads a stream for a function: no code of ours uses them. */
const ofStreams = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map((name) => `dynamodb:${name}`);

it.each(stageNames)("covers every function of %s with table permissions", (stage) => {
  const granted = permissionsOf(templateOf(stage)).filter(
    ({ action }) => action.startsWith("dynamodb:") && !ofStreams.includes(action),
  );
  expect(Object.keys(storeCallsOfFunctions).sort()).toEqual([...new Set(granted.map(({ fn }) => fn))].sort());
});
