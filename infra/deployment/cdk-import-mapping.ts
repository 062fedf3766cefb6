import type { TaggedResource } from "./account-ports.ts";

/** The property by which CloudFormation imports a resource, and its value, by the pattern of the ARN. */
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
 * Returns the mapping for `cdk import --resource-mapping`, by the logical ids in CloudFormation's tags. Leaves out resources
 * without such a tag, and resources whose name contains the id of the deleted stack.
 */
export function toImportMapping(resources: readonly TaggedResource[]): Record<string, Record<string, string>> {
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
