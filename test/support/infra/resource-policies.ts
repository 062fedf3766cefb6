import type { Template } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { inWords } from "./template.ts";

/** Access of a service that a resource policy must allow. */
export type ServiceRequest = {
  /** Such as `cloudwatch.amazonaws.com`. */
  readonly service: string;
  /** Such as `sns:Publish`. */
  readonly action: string;
  /** Logical id of the resource. */
  readonly resource: string;
};

const Statement = z.looseObject({
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.unknown(),
  Action: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  Condition: z.record(z.string(), z.unknown()).default({}),
});
export type Statement = z.infer<typeof Statement>;

/** The resource types that contain policies of other resources, and the property that names those. */
const policyTypes = {
  "AWS::SNS::TopicPolicy": "Topics",
  "AWS::SQS::QueuePolicy": "Queues",
  "AWS::S3::BucketPolicy": "Bucket",
} as const;

/** Returns the statements of a resource policy, for any resource type; `null` if it has the default policy. */
export function policyOf(template: Pick<Template, "toJSON">, logicalId: string): Statement[] | null {
  const { Resources }: { Resources?: Record<string, { Type: string; Properties?: Record<string, unknown> }> } =
    template.toJSON();
  const resources = Object.values(Resources ?? {});
  const beside = resources.filter(({ Type, Properties = {} }) => {
    const names = Object.entries(policyTypes).find(([type]) => type === Type)?.[1];
    return names !== undefined && [Properties[names]].flat().some((one) => refersTo(one, logicalId));
  });
  const own = Resources?.[logicalId]?.Properties ?? {};
  const documents = [...beside.map(({ Properties }) => Properties?.PolicyDocument), own.KeyPolicy, own.AccessPolicy];
  const found = documents.filter((document) => document !== undefined);
  if (found.length === 0) return null;
  return found.flatMap((document) => z.object({ Statement: z.array(Statement) }).parse(document).Statement);
}

/** Returns the statements that allow the access. */
export function allowing(statements: readonly Statement[], { service, action }: Omit<ServiceRequest, "resource">) {
  return statements.filter(
    ({ Effect, Principal, Action }) =>
      Effect === "Allow" && principalsOf(Principal).includes(service) && Action.some((one) => matches(one, action)),
  );
}

/** Returns the logical id in a reference or ARN of a template; `null` for a constant. */
export function targetOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  if ("Ref" in value) return String(value.Ref);
  if ("Fn::GetAtt" in value && Array.isArray(value["Fn::GetAtt"])) return String(value["Fn::GetAtt"][0]);
  return null;
}

function refersTo(value: unknown, logicalId: string): boolean {
  return targetOf(value) === logicalId;
}

function principalsOf(principal: unknown): string[] {
  const services = z.object({ Service: z.unknown() }).safeParse(principal);
  return services.success ? [services.data.Service].flat().map(inWords) : [];
}

function matches(pattern: string, action: string): boolean {
  return pattern === action || (pattern.endsWith("*") && action.startsWith(pattern.slice(0, -1)));
}
