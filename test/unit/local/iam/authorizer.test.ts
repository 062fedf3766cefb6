import { describe, expect, it } from "vitest";
import { createAuthorizer } from "#infra/local/iam/authorizer.ts";

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Events";
const fn = "arn:aws:lambda:us-east-1:000000000000:function:Read";

function statement(Effect: string, Action: string[], Resource: string, rest = {}) {
  return { Version: "2012-10-17", Statement: [{ Effect, Action, Resource, ...rest }] };
}

const reader = {
  arn: "arn:aws:sts::000000000000:assumed-role/ReadRole/Read",
  policies: [{ name: "read", policy: statement("Allow", ["dynamodb:Query"], `${table}/index/*`) }],
};
const operator = {
  arn: "arn:aws:iam::000000000000:user/operator",
  policies: [{ name: "all", policy: statement("Allow", ["*"], "*") }],
};
const judge = createAuthorizer(
  new Map<string, unknown>([
    [table, statement("Deny", ["dynamodb:UpdateItem"], "*", { Principal: { AWS: "*" } })],
    [
      fn,
      statement("Allow", ["lambda:InvokeFunction"], fn, {
        Principal: { Service: "apigateway.amazonaws.com" },
        Condition: { ArnLike: { "aws:SourceArn": "arn:aws:execute-api:us-east-1:000000000000:local/*/*/a" } },
      }),
    ],
  ]),
  "000000000000",
);

describe("the judge", () => {
  it("allows what the role allows and nothing else", async () => {
    expect(await judge(reader, { action: "dynamodb:Query", resource: `${table}/index/by_time` })).toBeUndefined();
    expect(await judge(reader, { action: "dynamodb:Query", resource: table })).toBe(
      `User: ${reader.arn} is not authorized to perform: dynamodb:Query on resource: ${table} ` +
        "because no identity-based policy allows the dynamodb:Query action",
    );
  });

  it("holds everybody to a resource's own policy", async () => {
    expect(await judge(operator, { action: "dynamodb:PutItem", resource: table })).toBeUndefined();
    expect(await judge(operator, { action: "dynamodb:UpdateItem", resource: table })).toMatch(
      "with an explicit deny in a resource-based policy",
    );
  });

  it("lets API Gateway invoke from the route that a permission names only", async () => {
    const gateway = { arn: "apigateway.amazonaws.com", policies: [] };
    const from = (route: string) => ({
      action: "lambda:InvokeFunction",
      resource: fn,
      context: { "aws:SourceArn": `arn:aws:execute-api:us-east-1:000000000000:local/$default/${route}` },
    });
    expect(await judge(gateway, from("GET/a"))).toBeUndefined();
    expect(await judge(gateway, from("GET/b"))).toMatch("is not authorized");
  });

  it("asks for the partition keys of items where a policy does", async () => {
    const pinner = {
      arn: "arn:aws:sts::000000000000:assumed-role/PinRole/Pin",
      policies: [
        {
          name: "pin",
          policy: statement("Allow", ["dynamodb:PutItem"], table, {
            Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["pin#*"] } },
          }),
        },
      ],
    };
    const put = (...keys: string[]) =>
      judge(pinner, { action: "dynamodb:PutItem", resource: table, context: { "dynamodb:LeadingKeys": keys } });
    expect(await put("pin#1")).toBeUndefined();
    expect(await put("pin#1", "pin#2")).toBeUndefined();
    expect(await put("org#1")).toMatch("no identity-based policy allows the dynamodb:PutItem action");
    expect(await put("pin#1", "org#1")).toMatch("no identity-based policy allows");
  });

  it("names the key policy where that is what allows nothing", async () => {
    const key = "arn:aws:kms:us-east-1:000000000000:key/Key";
    expect(await judge(operator, { action: "kms:Decrypt", resource: key })).toMatch(
      "because no resource-based policy allows the kms:Decrypt action",
    );
  });

  it("judges actions that are not about one resource", async () => {
    expect(await judge(operator, { action: "dynamodb:ListTables", resource: "*" })).toBeUndefined();
  });
});
