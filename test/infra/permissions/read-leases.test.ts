import { expect, it } from "vitest";
import { readCost } from "#shared/auth/rate-limit-cost.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

/** Seconds that each function may run which counts requests on tokens' items, by its policies in the template. */
function secondsOfCountingFunctions(): Map<string, number> {
  const template = templateOf("prod");
  const policies = Object.values(template.findResources("AWS::IAM::Policy"));
  const roles = policies.flatMap(({ Properties: { PolicyDocument, Roles } }) => {
    const statements: unknown[] = PolicyDocument.Statement;
    const counts = statements.some((statement) => {
      const text = JSON.stringify(statement);
      return text.includes('"dynamodb:UpdateItem"') && text.includes('"token#*"');
    });
    return counts ? Roles.map(({ Ref }: { Ref: string }) => Ref) : [];
  });
  const functions = Object.entries(template.findResources("AWS::Lambda::Function"));
  const counting = functions.filter(([, { Properties }]) => roles.includes(Properties.Role["Fn::GetAtt"][0]));
  return new Map(counting.map(([id, { Properties }]) => [plainId(id), Properties.Timeout]));
}

it("the lease of an expensive request is longer than the timeout of each function that acquires one", () => {
  const seconds = secondsOfCountingFunctions();
  expect([...seconds.keys()].sort()).toEqual([
    "AuthOauth",
    "AuthTokens",
    "AuthViewerTokens",
    "ChangeFeedFunction",
    "ProofsFunction",
    "PublicApiFakturoid",
    "PublicApiFinzbooks",
    "PublicApiSimplybooks",
    "WebhooksApi",
  ]);
  expect(readCost.leaseMs).toBeGreaterThan(1_000 * Math.max(...seconds.values()));
  expect(readCost.longestMs).toBeLessThan(1_000 * Math.min(...seconds.values()));
});
