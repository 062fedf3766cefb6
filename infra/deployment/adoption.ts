import type { TaggedResource } from "./account.ts";

/** By which property CloudFormation finds a resource that is imported, and its value, from the resource's ARN. */
const identifiers: readonly [pattern: RegExp, property: string, idOf: (match: string[]) => string][] = [
  [/^arn:[^:]+:dynamodb:[^:]+:\d+:table\/([^/]+)$/, "TableName", ([name = ""]) => name],
  [/^arn:[^:]+:logs:[^:]+:\d+:log-group:(.+?)(?::\*)?$/, "LogGroupName", ([name = ""]) => name],
  [/^arn:[^:]+:s3:::([^/]+)$/, "BucketName", ([name = ""]) => name],
  [/^arn:[^:]+:kms:[^:]+:\d+:key\/(.+)$/, "KeyId", ([id = ""]) => id],
  [
    /^arn:[^:]+:sqs:([^:]+):(\d+):(.+)$/,
    "QueueUrl",
    ([region = "", account = "", name = ""]) => `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  ],
];

/**
 * The file that `cdk import --resource-mapping` takes to adopt resources, by the logical ids that CloudFormation tagged
 * them with. What has no such tag, or a name that belongs to the stack that is gone, is left out.
 */
export function adoptionOf(resources: readonly TaggedResource[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    resources.flatMap(({ arn, tags }) => {
      const logicalId = tags["aws:cloudformation:logical-id"];
      if (logicalId === undefined || arn.includes(":log-group:/aws/vendedlogs/")) return [];
      return identifiers.flatMap(([pattern, property, idOf]) => {
        const [, ...match] = pattern.exec(arn) ?? [];
        return match.length === 0 ? [] : [[logicalId, { [property]: idOf(match) }]];
      });
    }),
  );
}
