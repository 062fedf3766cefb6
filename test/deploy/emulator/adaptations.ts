import { z } from "zod";
import type { CloudFormationTemplate } from "./cloud-template.ts";
import { mapStatements, type Statement } from "./policy-statements.ts";

/** A change of the template that only the emulator needs, not AWS. */
type Adaptation = {
  /** How the emulator differs from AWS, and the change. */
  readonly reason: string;
  apply(template: CloudFormationTemplate): CloudFormationTemplate;
};

const arnOf = z.object({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) });

/** Every entry must have an effect: remove entries that no longer apply. */
export const adaptations: readonly Adaptation[] = [
  {
    reason:
      "ministack authorizes logs:CreateLogStream on the log group, as NAME, where AWS does so on its streams, which NAME:* includes. Roles get NAME, too.",
    apply: (template) => mapStatements(template, allowOnLogGroup),
  },
  {
    reason:
      "ministack authorizes batches of SQS as actions of their own. AWS has no such actions: it authorizes batches as sqs:SendMessage. Roles get the others, too.",
    apply: (template) => mapStatements(template, allowBatches),
  },
  {
    reason:
      "ministack evaluates policies for KMS without the keys kms:EncryptionContext:… and kms:EncryptionContextKeys, so conditions on them never hold. They are left out, so the run proves nothing about them.",
    apply: (template) => mapStatements(template, forgetEncryptionContext),
  },
  {
    reason:
      "ministack evaluates policies for DynamoDB without the key dynamodb:LeadingKeys, and with dynamodb:Attributes for reads only. Conditions on the two are left out, so the run proves nothing about them.",
    apply: (template) => mapStatements(template, forgetKeysAndAttributes),
  },
];

function allowOnLogGroup(statement: Statement): Statement {
  if (!statement.Action.includes("logs:CreateLogStream")) return statement;
  const groups = statement.Resource.flatMap((resource) => {
    const parsed = arnOf.safeParse(resource);
    if (!parsed.success) return [];
    const [id] = parsed.data["Fn::GetAtt"];
    return [{ "Fn::Sub": `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${${id}}` }];
  });
  return { ...statement, Resource: [...statement.Resource, ...groups] };
}

function allowBatches(statement: Statement): Statement {
  const { Action } = statement;
  return { ...statement, Action: [...Action, ...(Action.includes("sqs:SendMessage") ? ["sqs:SendMessageBatch"] : [])] };
}

function forgetEncryptionContext(statement: Statement): Statement {
  return withoutConditions(statement, (key) => key.startsWith("kms:EncryptionContext"));
}

function forgetKeysAndAttributes(statement: Statement): Statement {
  return withoutConditions(statement, (key) => ["dynamodb:LeadingKeys", "dynamodb:Attributes"].includes(key));
}

/** Returns the statement without conditions on certain keys, for any operator. */
function withoutConditions(statement: Statement, isUnknown: (key: string) => boolean): Statement {
  const { Condition, ...others } = statement;
  const kept = Object.entries(Condition ?? {}).flatMap(([operator, keys]) => {
    const known = Object.entries(keys).filter(([key]) => !isUnknown(key));
    return known.length === 0 ? [] : [[operator, Object.fromEntries(known)] as const];
  });
  return kept.length === 0 ? others : { ...others, Condition: Object.fromEntries(kept) };
}
