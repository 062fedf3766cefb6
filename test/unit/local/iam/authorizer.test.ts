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
const authorize = createAuthorizer(
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

describe("createAuthorizer", () => {
  it("allows only what the role allows", async () => {
    expect(await authorize(reader, { action: "dynamodb:Query", resource: `${table}/index/by_time` })).toBeUndefined();
    expect(await authorize(reader, { action: "dynamodb:Query", resource: table })).toBe(
      `User: ${reader.arn} is not authorized to perform: dynamodb:Query on resource: ${table} ` +
        "because no identity-based policy allows the dynamodb:Query action",
    );
  });

  it("applies a resource policy to all principals", async () => {
    expect(await authorize(operator, { action: "dynamodb:PutItem", resource: table })).toBeUndefined();
    expect(await authorize(operator, { action: "dynamodb:UpdateItem", resource: table })).toMatch(
      "with an explicit deny in a resource-based policy",
    );
  });

  it("compares the role of a session, with its path, when a policy has a condition for the principal", async () => {
    const ledger = "arn:aws:dynamodb:us-east-1:000000000000:table/Ledger";
    const writers = "arn:aws:iam::000000000000:role/writers/*";
    const policy = statement("Deny", ["dynamodb:PutItem"], "*", {
      Principal: { AWS: "*" },
      Condition: { ArnNotLike: { "aws:PrincipalArn": writers } },
    });
    const put = createAuthorizer(new Map([[ledger, policy]]), "000000000000");
    const access = { action: "dynamodb:PutItem", resource: ledger };
    const policies = [{ name: "put", policy: statement("Allow", ["dynamodb:PutItem"], ledger) }];
    const session = (role: string, roleArn: string) => ({
      arn: `arn:aws:sts::000000000000:assumed-role/${role}/Fn`,
      roleArn: `arn:aws:iam::000000000000:role${roleArn}`,
      policies,
    });
    expect(await put(session("Writer", "/writers/Writer"), access)).toBeUndefined();
    expect(await put(session("Other", "/Other"), access)).toMatch("explicit deny");
    expect(await put(operator, access)).toMatch("explicit deny");
  });

  it("allows API Gateway to invoke only from the route of the permission", async () => {
    const gateway = { arn: "apigateway.amazonaws.com", policies: [] };
    const from = (route: string) => ({
      action: "lambda:InvokeFunction",
      resource: fn,
      context: { "aws:SourceArn": `arn:aws:execute-api:us-east-1:000000000000:local/$default/${route}` },
    });
    expect(await authorize(gateway, from("GET/a"))).toBeUndefined();
    expect(await authorize(gateway, from("GET/b"))).toMatch("is not authorized");
  });

  it("evaluates the partition keys of items when a policy has such a condition", async () => {
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
      authorize(pinner, { action: "dynamodb:PutItem", resource: table, context: { "dynamodb:LeadingKeys": keys } });
    expect(await put("pin#1")).toBeUndefined();
    expect(await put("pin#1", "pin#2")).toBeUndefined();
    expect(await put("org#1")).toMatch("no identity-based policy allows the dynamodb:PutItem action");
    expect(await put("pin#1", "org#1")).toMatch("no identity-based policy allows");
  });

  it("names the key policy when it allows nothing", async () => {
    const key = "arn:aws:kms:us-east-1:000000000000:key/Key";
    expect(await authorize(operator, { action: "kms:Decrypt", resource: key })).toMatch(
      "because no resource-based policy allows the kms:Decrypt action",
    );
  });

  it("evaluates actions without a specific resource", async () => {
    expect(await authorize(operator, { action: "dynamodb:ListTables", resource: "*" })).toBeUndefined();
  });
});
