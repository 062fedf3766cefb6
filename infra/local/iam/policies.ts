import * as z from "zod";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import { queueNameOf } from "#infra/local/emulators/create-queues.ts";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource, TemplateResources } from "#infra/local/template/resources.ts";

export type NamedPolicy = {
  readonly name: string;
  readonly policy: unknown;
};

const documentSchema = z.looseObject({ Statement: z.unknown() });
const policySchema = z.object({ PolicyName: z.string(), PolicyDocument: documentSchema });
const roleSchema = z.object({
  Policies: z.array(policySchema).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
});
const attachedPolicySchema = policySchema.extend({ Roles: z.array(z.string()).default([]) });
const queuePolicySchema = z.object({ PolicyDocument: documentSchema, Queues: z.array(z.string()) });
const tablePolicySchema = z.object({ ResourcePolicy: z.object({ PolicyDocument: documentSchema }).optional() });
const globalTableSchema = z.object({ Replicas: z.array(tablePolicySchema.extend({ Region: z.string() })) });
const keySchema = z.object({ KeyPolicy: documentSchema.optional() });
const permissionSchema = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const managedPolicies: Readonly<Record<string, unknown>> = {
  "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" },
    ],
  },
};

/** The permissions of the role of each function, by the role's ARN. Other roles are not used here. */
export function identityPolicies(resources: TemplateResources): Map<string, NamedPolicy[]> {
  const used = new Set(resources.ofType("AWS::Lambda::Function").map(({ properties }) => properties.Role));
  const roles = resources.ofType("AWS::IAM::Role").filter((role) => used.has(role.arn ?? role.ref));
  const attached = resources.ofType("AWS::IAM::Policy").map((policy) => parseProperties(attachedPolicySchema, policy));
  return new Map(
    roles.map((role) => {
      const { Policies, ManagedPolicyArns } = parseProperties(roleSchema, role);
      const own = [...Policies, ...attached.filter(({ Roles }) => Roles.includes(role.ref))];
      return [
        role.arn ?? role.ref,
        [
          ...own.map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, policy: PolicyDocument })),
          ...ManagedPolicyArns.map((arn) => ({ name: arn, policy: managedPolicy(arn, role.id) })),
        ],
      ];
    }),
  );
}

/** The policies that hang on tables, queues, keys and functions, by the resource's ARN. */
export function resourcePolicies(
  resources: TemplateResources,
  { account, region }: AwsEnvironment,
): Map<string, unknown> {
  const statements = new Map<string, unknown[]>();
  const add = (arn: string | undefined, statement: unknown) => {
    if (arn === undefined) return;
    statements.set(arn, [...(statements.get(arn) ?? []), ...(Array.isArray(statement) ? statement : [statement])]);
  };

  for (const table of resources.ofType("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")) {
    const policy = tablePolicy(table, region);
    if (policy !== undefined) add(table.arn, policy.Statement);
  }
  for (const queuePolicy of resources.ofType("AWS::SQS::QueuePolicy")) {
    const { PolicyDocument, Queues } = parseProperties(queuePolicySchema, queuePolicy);
    for (const url of Queues) add(`arn:aws:sqs:${region}:${account}:${queueNameOf(url)}`, PolicyDocument.Statement);
  }
  for (const key of resources.ofType("AWS::KMS::Key")) {
    add(key.arn, parseProperties(keySchema, key).KeyPolicy?.Statement ?? accountDecides(account));
  }
  const functions = resources.ofType("AWS::Lambda::Function");
  for (const resource of resources.ofType("AWS::Lambda::Permission")) {
    const permission = parseProperties(permissionSchema, resource);
    const target = functions.find(({ ref, arn }) => [ref, arn].includes(permission.FunctionName));
    add(target?.arn, permissionStatement(permission, target?.arn));
  }
  return new Map([...statements].map(([arn, Statement]) => [arn, { Version: "2012-10-17", Statement }]));
}

/** The key policy that KMS gives to a key without one: what identity policies allow is allowed. */
function accountDecides(account: string): unknown {
  return { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" };
}

function managedPolicy(arn: string, roleId: string): unknown {
  const policy = managedPolicies[arn];
  if (policy === undefined) throw new Error(`${roleId} has ${arn}, whose content the local runtime does not know.`);
  return policy;
}

function tablePolicy(table: TemplateResource, region: string) {
  if (table.type === "AWS::DynamoDB::Table")
    return parseProperties(tablePolicySchema, table).ResourcePolicy?.PolicyDocument;
  const replica = parseProperties(globalTableSchema, table).Replicas.find(({ Region }) => Region === region);
  return replica?.ResourcePolicy?.PolicyDocument;
}

function permissionStatement(permission: z.infer<typeof permissionSchema>, functionArn: string | undefined): unknown {
  const isService = permission.Principal.endsWith(".amazonaws.com");
  const { SourceArn, SourceAccount } = permission;
  return {
    Effect: "Allow",
    Principal: isService ? { Service: permission.Principal } : { AWS: permission.Principal },
    Action: permission.Action,
    Resource: functionArn,
    Condition: {
      ...(SourceArn !== undefined && { ArnLike: { "aws:SourceArn": SourceArn } }),
      ...(SourceAccount !== undefined && { StringEquals: { "aws:SourceAccount": SourceAccount } }),
    },
  };
}
