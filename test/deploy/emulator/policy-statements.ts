import { z } from "zod";
import { type CloudFormationTemplate, mapProperties } from "./cloud-template.ts";

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((one) => [one])]);

const statement = z.looseObject({
  Effect: z.string(),
  Action: oneOrMore(z.string()),
  Resource: oneOrMore(z.unknown()),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), z.unknown()))),
});
const policy = z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(statement) }) });

/** A statement of a role's policy. Actions and resources are always lists. */
export type Statement = z.infer<typeof statement>;

/** Returns the template with each `Allow` statement of a role changed. */
export function mapStatements(
  template: CloudFormationTemplate,
  change: (statement: Statement) => Statement,
): CloudFormationTemplate {
  return mapProperties(template, "AWS::IAM::Policy", (properties) => {
    const { PolicyDocument, ...others } = policy.parse(properties);
    return { ...others, PolicyDocument: { ...PolicyDocument, Statement: PolicyDocument.Statement.map(change) } };
  });
}
