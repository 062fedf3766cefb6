import type { Template } from "./assembly.ts";
import { evaluateCondition, resolveIntrinsics, type TemplateScope } from "./intrinsics.ts";
import { apiId, identify, type StackLocation } from "./resource-identities.ts";
import { assertSupported } from "./resource-types.ts";

export type TemplateResource = {
  readonly id: string;
  readonly type: string;
  /** The value of `Ref`: a name or a URL. */
  readonly ref: string;
  /** Absent for types that have none. */
  readonly arn: string | undefined;
  /** Properties with every intrinsic function resolved. */
  readonly properties: Record<string, unknown>;
};

export type TemplateResources = {
  /** Resources of one of the types, resolved at the time of the call. */
  ofType(...types: string[]): TemplateResource[];
  outputs(): Record<string, string>;
};

/** A template whose references point to the local servers. Throws on a resource type it cannot host. */
export function createResources(template: Template, place: StackLocation): TemplateResources {
  const publicOrigin = new RegExp(
    `^https://(${apiId}\\.execute-api\\.${place.region}\\.amazonaws\\.com|[a-z0-9]+\\.cloudfront\\.net)`,
  );
  const pseudo = new Map<string, unknown>([
    ["AWS::AccountId", place.account],
    ["AWS::Region", place.region],
    ["AWS::Partition", "aws"],
    ["AWS::URLSuffix", "amazonaws.com"],
    ["AWS::StackName", place.stackName],
    ["AWS::StackId", `arn:aws:cloudformation:${place.region}:${place.account}:stack/${place.stackName}/local`],
    ["AWS::NoValue", undefined],
  ]);

  const scope: TemplateScope = {
    ref(name) {
      if (pseudo.has(name)) return pseudo.get(name);
      const parameter = template.Parameters[name];
      return parameter === undefined ? identity(name).ref : parameter.Default;
    },
    attribute(id, name) {
      const value = identity(id).attribute(name);
      if (value === undefined) throw new Error(`The local runtime does not know the attribute ${name} of ${id}.`);
      return value;
    },
    condition(name) {
      const expression = template.Conditions[name];
      if (expression === undefined) throw new Error(`The template has no condition ${name}.`);
      return evaluateCondition(expression, scope);
    },
  };

  function identity(id: string) {
    const resource = template.Resources[id];
    if (resource === undefined) throw new Error(`The template refers to ${id}, which it does not define.`);
    return identify(id, resource.Type, (property) => resolveIntrinsics(resource.Properties[property], scope), place);
  }

  const isPresent = ({ Condition }: { Condition?: string | undefined }) =>
    Condition === undefined || scope.condition(Condition);
  const present = Object.fromEntries(Object.entries(template.Resources).filter(([, resource]) => isPresent(resource)));
  assertSupported(present);

  return {
    ofType: (...types) =>
      Object.entries(present)
        .filter(([, { Type }]) => types.includes(Type))
        .map(([id, { Type, Properties }]) => ({
          id,
          type: Type,
          ref: identity(id).ref,
          arn: identity(id).attribute("Arn"),
          properties: Object.fromEntries(
            Object.entries(Properties).map(([name, raw]) => [name, resolveIntrinsics(raw, scope)]),
          ),
        })),
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs)
          .filter(([, output]) => isPresent(output))
          .map(([name, { Value }]) => [name, String(resolveIntrinsics(Value, scope)).replace(publicOrigin, place.api)]),
      ),
  };
}
