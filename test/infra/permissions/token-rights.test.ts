import { describe, expect, it } from "vitest";
import { createAuthorizer } from "#infra/local/iam/authorizer.ts";
import { dynamoDbPermissions } from "#infra/local/iam/permissions/dynamodb-permissions.ts";
import type { RequiredPermission } from "#infra/local/iam/permissions/required-permission.ts";
import { identityPolicies } from "#infra/local/iam/policies.ts";
import { createResources } from "#infra/local/template/resources.ts";
import { usageAttributes } from "#shared/auth/usage-attributes.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

const where = { account: "123456789012", region: "us-east-1" };
const place = { ...where, stackName: "test", api: "", services: "", streamLabels: new Map<string, string>() };
const template = templateOf("prod");
const { Resources } = template.toJSON();
const streams = new Map(Object.keys(Resources).map((id) => [id, "label"]));
const resources = createResources(
  { Resources, Outputs: {}, Conditions: {}, Parameters: {} },
  { ...place, streamLabels: streams },
);
const policies = identityPolicies(resources);
const authorize = createAuthorizer(new Map(), where.account);
const [config] = resources.ofType("AWS::DynamoDB::GlobalTable").filter(({ id }) => plainId(id) === "AuthConfig");
const partitionKeys = new Map([[config?.ref ?? "", "pk"]]);

/** What the role of a function says to a request about the config table; undefined where it may. */
async function catchError(fn: string, operation: string, request: object): Promise<string | undefined> {
  const [found] = resources.ofType("AWS::Lambda::Function").filter(({ id }) => plainId(id) === fn);
  const role = String(found?.properties.Role);
  const principal = {
    arn: `arn:aws:sts::${where.account}:assumed-role/role/${fn}`,
    policies: policies.get(role) ?? [],
  };
  const body = { TableName: config?.ref, ...request };
  const accesses: RequiredPermission[] = dynamoDbPermissions(operation, body, { ...where, partitionKeys });
  const answers = await Promise.all(accesses.map((access) => authorize(principal, access)));
  return answers.find((answer) => answer !== undefined);
}

const Key = { pk: { S: "token#tok_1" }, sk: { S: "token" } };
const one = { ":one": { N: "1" } };

describe.each(["PublicApiFinzbooks", "PublicApiSimplybooks", "PublicApiFakturoid", "WebhooksApi", "AuthViewerTokens"])(
  "%s",
  (fn) => {
    it("may count requests and acquire leases on the item of a token, and receive the item", async () => {
      for (const name of usageAttributes.filter((attribute) => !["pk", "sk"].includes(attribute))) {
        const request = { Key, UpdateExpression: `SET ${name} = :one`, ExpressionAttributeValues: one };
        expect([name, await catchError(fn, "UpdateItem", { ...request, ReturnValues: "ALL_NEW" })]).toEqual([
          name,
          undefined,
        ]);
      }
      expect(await catchError(fn, "GetItem", { Key })).toBeUndefined();
    });

    it.each(["org_ids", "scopes", "expires_at", "revoked_at", "revoked_orgs", "hash", "user_id", "access", "#a.#b"])(
      "may not change %s of a token, alone or with its rate, nor create a token",
      async (name) => {
        const names = { ExpressionAttributeNames: { "#a": "access", "#b": "hash" }, ExpressionAttributeValues: one };
        for (const UpdateExpression of [`SET ${name} = :one`, `ADD rate_used :one REMOVE ${name}`]) {
          expect(await catchError(fn, "UpdateItem", { Key, UpdateExpression, ...names })).toMatch("is not authorized");
        }
        const condition = { UpdateExpression: "ADD rate_used :one", ConditionExpression: `attribute_exists(${name})` };
        expect(await catchError(fn, "UpdateItem", { Key, ...condition, ...names })).toMatch("is not authorized");
      },
    );

    it("may not put or delete a token, nor count on other items", async () => {
      expect(await catchError(fn, "PutItem", { Item: Key })).toMatch("is not authorized");
      expect(await catchError(fn, "DeleteItem", { Key })).toMatch("is not authorized");
      const other = { Key: { pk: { S: "org#org_1" }, sk: { S: "org" } }, UpdateExpression: "ADD rate_used :one" };
      expect(await catchError(fn, "UpdateItem", { ...other, ExpressionAttributeValues: one })).toMatch(
        "is not authorized",
      );
    });
  },
);

describe("AuthOauth", () => {
  it("may issue access tokens on the item of the client, and not change the client's permissions", async () => {
    const of = (UpdateExpression: string) => ({ Key, UpdateExpression, ExpressionAttributeValues: one });
    expect(await catchError("AuthOauth", "UpdateItem", of("SET access = :one"))).toBeUndefined();
    for (const name of ["org_ids", "scopes", "expires_at", "hash"]) {
      expect(await catchError("AuthOauth", "UpdateItem", of(`SET ${name} = :one`))).toMatch("is not authorized");
    }
  });
});

describe("AuthTokens", () => {
  const of = (UpdateExpression: string) => ({ Key, UpdateExpression, ExpressionAttributeValues: one });

  it("may list the tokens of an organisation, count requests and revoke a token", async () => {
    const list = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": { S: "org#org_1" } } };
    expect(await catchError("AuthTokens", "Query", list)).toBeUndefined();
    for (const expression of ["ADD rate_used :one", "ADD revoked_orgs :one", "SET revoked_at = :one"]) {
      expect(await catchError("AuthTokens", "UpdateItem", of(expression))).toBeUndefined();
    }
  });

  it("may not change what a token gives access to, nor create, delete or replace one", async () => {
    for (const name of ["org_ids", "scopes", "expires_at", "hash", "user_id", "access"]) {
      for (const expression of [`SET ${name} = :one`, `ADD revoked_orgs :one REMOVE ${name}`]) {
        expect(await catchError("AuthTokens", "UpdateItem", of(expression))).toMatch("is not authorized");
      }
    }
    expect(await catchError("AuthTokens", "PutItem", { Item: Key })).toMatch("is not authorized");
    expect(await catchError("AuthTokens", "DeleteItem", { Key })).toMatch("is not authorized");
    const org = { pk: { S: "org#org_1" }, sk: { S: "profile" } };
    expect(await catchError("AuthTokens", "UpdateItem", { ...of("SET revoked_at = :one"), Key: org })).toMatch(
      "is not authorized",
    );
  });

  it("may not read the keys of viewer tokens, nor events", async () => {
    const keys = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": { S: "viewer_keys" } } };
    expect(await catchError("AuthTokens", "Query", keys)).toMatch("is not authorized");
    const [events] = resources.ofType("AWS::DynamoDB::GlobalTable").filter(({ id }) => plainId(id) === "EventLogTable");
    for (const fn of ["AuthTokens", "AuthViewerTokens"]) {
      const event = { TableName: events?.ref, Key: { timeline: { S: "org_1#inv_1" }, position: { S: "1" } } };
      expect(await catchError(fn, "GetItem", event)).toMatch("is not authorized");
    }
  });
});

it.each(["WebhooksApi", "WebhooksSenderFunction"])("%s may append events only in a transaction", async (fn) => {
  const [events] = resources.ofType("AWS::DynamoDB::GlobalTable").filter(({ id }) => plainId(id) === "EventLogTable");
  const Put = { TableName: events?.ref, Item: { timeline: { S: "org_1#inv_1" }, position: { S: "1" } } };
  expect(await catchError(fn, "TransactWriteItems", { TransactItems: [{ Put }] })).toBeUndefined();
  expect(await catchError(fn, "PutItem", Put)).toMatch("is not authorized");
  expect(await catchError(fn, "TransactWriteItems", { TransactItems: [{ Delete: Put }] })).toMatch("is not authorized");
});

it("a statement with leading keys allows no request without keys", async () => {
  const statements = Object.values(template.findResources("AWS::IAM::Policy")).flatMap(
    ({ Properties }): object[] => Properties.PolicyDocument.Statement,
  );
  const forAll = statements
    .map((statement) => JSON.stringify(statement))
    .filter((text) => text.includes("ForAllValues"));
  expect(forAll.length).toBeGreaterThan(20);
  for (const text of forAll) {
    const keys = [...text.matchAll(/"(dynamodb:\w+|kms:EncryptionContextKeys)":/g)].map(([, key]) => key);
    for (const key of keys) expect(text).toMatch(new RegExp(`"Null":\\{[^}]*"${key?.replace("Keys", ".*")}`));
  }
});
