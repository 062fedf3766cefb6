import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createAuthorizer } from "#infra/local/iam/authorizer.ts";
import type { RequiredPermission } from "#infra/local/iam/permissions/required-permission.ts";
import { codeBlocks } from "#test/support/docs/pages.ts";

const account = "123456789012";
const authorize = createAuthorizer(new Map(), account);

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:${account}:${resource}`;
const queue = (name: string) => arn("sqs", name);
const table = (name: string) => arn("dynamodb", `table/${name}`);
const fn = (name: string) => arn("lambda", `function:${name}`);
const logGroup = (name: string) => arn("logs", `log-group:${name}:*`);

const stack = { action: "cloudformation:DescribeStacks", resource: arn("cloudformation", "stack/activity-log-prod/1") };
const inTransaction = { "dynamodb:EnclosingOperation": ["TransactWriteItems"] };
const keyOf = (key: string) => ({ "dynamodb:LeadingKeys": [key] });

const send = { action: "sqs:SendMessage", resource: queue("QUEUE_INGEST") };
const put = { action: "dynamodb:PutItem", resource: table("TABLE_EVENTS") };
const getInvoice = { action: "dynamodb:GetItem", resource: table("TABLE_INVOICES") };
const putInvoice = { action: "dynamodb:PutItem", resource: table("TABLE_INVOICES") };
const administer = { action: "lambda:InvokeFunction", resource: fn("FUNCTION_ADMIN") };
const repair = { action: "lambda:InvokeFunction", resource: fn("FUNCTION_REPAIR") };
const reconcile = { action: "lambda:InvokeFunction", resource: fn("FUNCTION_RECONCILE") };
const startQuery = (group: string) => ({ action: "logs:StartQuery", resource: logGroup(group) });
const readOrg = { action: "dynamodb:GetItem", resource: table("TABLE_CONFIG"), context: keyOf("org#org_1") };

const deadLetters = queue("activity-log-prod-IngestDeadLetters9B8C9D09-abc");

/** What the commands of each role call, and requests that the policy must not allow. */
const roles: Readonly<
  Record<string, { needs: readonly RequiredPermission[]; refuses: readonly RequiredPermission[] }>
> = {
  "queue-writer": { needs: [send], refuses: [{ ...send, action: "sqs:ReceiveMessage" }, put, administer] },
  "transaction-writer": {
    needs: [{ ...put, context: inTransaction }],
    refuses: [put, { ...put, action: "dynamodb:DeleteItem", context: inTransaction }, send, administer],
  },
  // The README of the example.
  "accounting-service": {
    needs: [getInvoice, { ...putInvoice, context: inTransaction }, { ...put, context: inTransaction }],
    refuses: [put, { ...put, action: "dynamodb:GetItem" }, { ...putInvoice, action: "dynamodb:DeleteItem" }, send],
  },
  "token-issuer": {
    needs: [stack, administer],
    refuses: [repair, reconcile, send, put, readOrg, startQuery("LOG_ACCESS")],
  },
  auditor: {
    needs: [
      stack,
      startQuery("LOG_EVENTS"),
      startQuery("LOG_ACCESS"),
      { action: "logs:GetQueryResults", resource: "*" },
      { action: "logs:StopQuery", resource: "*" },
      readOrg,
    ],
    refuses: [
      startQuery("another"),
      { action: "logs:DeleteLogGroup", resource: logGroup("LOG_EVENTS") },
      { action: "logs:PutLogEvents", resource: logGroup("LOG_EVENTS") },
      { ...readOrg, context: keyOf("token#tok_1") },
      { action: "dynamodb:GetItem", resource: table("TABLE_EVENTS"), context: keyOf("org_1#inv_1") },
      administer,
      send,
      put,
    ],
  },
  operator: {
    needs: [
      stack,
      repair,
      reconcile,
      ...["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "StartMessageMoveTask"].map((name) => ({
        action: `sqs:${name}`,
        resource: deadLetters,
      })),
      { action: "sqs:SendMessage", resource: queue("activity-log-prod-IngestQueue62D3E82B-abc") },
      { action: "cloudwatch:DescribeAlarms", resource: "*" },
      startQuery("activity-log-prod-IngestFunctionLogs-abc"),
      { action: "lambda:GetFunctionConfiguration", resource: fn("activity-log-prod-IngestFunction-abc") },
    ],
    refuses: [
      administer,
      put,
      { action: "dynamodb:PutResourcePolicy", resource: table("TABLE_EVENTS") },
      { action: "sqs:DeleteQueue", resource: deadLetters },
      { action: "lambda:UpdateFunctionCode", resource: fn("activity-log-prod-IngestFunction-abc") },
      { action: "cloudwatch:DeleteAlarms", resource: arn("cloudwatch", "alarm:TamperedEvents") },
    ],
  },
};

const statementsSchema = z.object({
  Version: z.literal("2012-10-17"),
  Statement: z.array(z.unknown()).check(z.minLength(1)),
});

const policies = codeBlocks.flatMap(({ note, code }) =>
  note?.key === "policy" ? [[note.value, statementsSchema.parse(JSON.parse(fill(code)))] as const] : [],
);

function fill(code: string): string {
  return code.replaceAll("REGION", "eu-central-1").replaceAll("ACCOUNT", account);
}

/** The trust policy of GitHub's role has a principal instead of a resource. */
const identityPolicies = policies.filter(([name]) => name !== "trust");

describe("policies of the documentation", () => {
  it("are those of the roles that this test knows", () => {
    expect(identityPolicies.map(([name]) => name).toSorted()).toEqual(Object.keys(roles).toSorted());
  });

  it.each(identityPolicies)("%s allows what the role needs and nothing that it must not have", async (name, policy) => {
    const principal = { arn: `arn:aws:iam::${account}:role/${name}`, policies: [{ name, policy }] };
    const evaluate = async (requests: readonly RequiredPermission[] = []) => {
      const results = await Promise.all(requests.map((request) => authorize(principal, request)));
      return results.map((error, at) => [requests[at]?.action, error === undefined]);
    };
    const { needs = [], refuses = [] } = roles[name] ?? {};
    expect(await evaluate(needs)).toEqual(needs.map(({ action }) => [action, true]));
    expect(await evaluate(refuses)).toEqual(refuses.map(({ action }) => [action, false]));
  });
});
