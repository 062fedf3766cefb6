import { describe, expect, it } from "vitest";
import { relevantConditionKeys } from "#infra/local/iam/relevant-condition-keys.ts";

const context = { "dynamodb:LeadingKeys": ["a"], "dynamodb:EnclosingOperation": "TransactWriteItems" };
const access = { action: "dynamodb:PutItem", resource: "arn:aws:dynamodb:us-east-1:1:table/T", context };

function policy(over: Record<string, unknown>) {
  const Condition = { "ForAllValues:StringLike": { "dynamodb:leadingkeys": ["pin#*"] } };
  return { Version: "2012-10-17", Statement: { Effect: "Allow", Condition, ...over } };
}

describe("relevant condition keys", () => {
  it.each([
    [{ Action: "dynamodb:PutItem", Resource: access.resource }],
    [{ Action: ["dynamodb:GetItem", "dynamodb:Put*"], Resource: "*" }],
    [{ NotAction: "dynamodb:Scan", Resource: "*" }],
    [{ Action: "DynamoDB:putitem", NotResource: "arn:aws:s3:::b" }],
  ])("are the keys of a statement such as %j", (over) => {
    expect(relevantConditionKeys(access, [policy(over)])).toEqual(["dynamodb:LeadingKeys"]);
  });

  it.each([
    [{ Action: "dynamodb:GetItem", Resource: "*" }],
    [{ Action: "dynamodb:PutItem", Resource: `${access.resource}2` }],
    [{ Action: "dynamodb:PutItem", Resource: "*", Condition: {} }],
  ])("are empty when the only statement is %j", (over) => {
    expect(relevantConditionKeys(access, [policy(over)])).toEqual([]);
  });
});
