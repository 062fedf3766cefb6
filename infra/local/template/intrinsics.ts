/** The values that a template's intrinsic functions can refer to. */
export type TemplateScope = {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
};

/**
 * Replaces every intrinsic function in a template value. A value that becomes `AWS::NoValue` (undefined) disappears
 * from its list or object. Throws on a function that the local runtime does not know.
 */
export function resolveIntrinsics(value: unknown, scope: TemplateScope): unknown {
  if (Array.isArray(value))
    return value.map((entry) => resolveIntrinsics(entry, scope)).filter((entry) => entry !== undefined);
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && (only[0] === "Ref" || only[0].startsWith("Fn::"))) {
    return apply(only[0], only[1], scope);
  }
  return Object.fromEntries(
    entries
      .map(([key, entry]) => [key, resolveIntrinsics(entry, scope)] as const)
      .filter(([, entry]) => entry !== undefined),
  );
}

/** Evaluates a condition expression of the template's `Conditions`. */
export function evaluateCondition(expression: unknown, scope: TemplateScope): boolean {
  const [only] = isObject(expression) ? Object.entries(expression) : [];
  if (only === undefined) throw new Error(`Not a condition: ${JSON.stringify(expression)}`);
  const [name, argument] = only;
  if (name === "Condition") return scope.condition(text(argument));
  const list = listOf(argument);
  switch (name) {
    case "Fn::Equals":
      return JSON.stringify(resolveIntrinsics(list[0], scope)) === JSON.stringify(resolveIntrinsics(list[1], scope));
    case "Fn::Not":
      return !evaluateCondition(list[0], scope);
    case "Fn::And":
      return list.every((entry) => evaluateCondition(entry, scope));
    case "Fn::Or":
      return list.some((entry) => evaluateCondition(entry, scope));
    default:
      throw new Error(`The local runtime does not know the condition function ${name}.`);
  }
}

function apply(name: string, argument: unknown, scope: TemplateScope): unknown {
  switch (name) {
    case "Ref":
      return scope.ref(text(argument));
    case "Fn::GetAtt": {
      const [id, ...path] = typeof argument === "string" ? argument.split(".") : listOf(argument).map(text);
      return scope.attribute(id ?? "", path.join("."));
    }
    case "Fn::Sub":
      return substitute(argument, scope);
    case "Fn::Join": {
      const [separator, parts] = listOf(argument);
      return listOf(resolveIntrinsics(parts, scope)).map(text).join(text(separator));
    }
    case "Fn::Split": {
      const [separator, source] = listOf(argument);
      return text(resolveIntrinsics(source, scope)).split(text(separator));
    }
    case "Fn::Select": {
      const [index, list] = listOf(argument);
      return listOf(resolveIntrinsics(list, scope))[Number(text(index))];
    }
    case "Fn::If": {
      const [condition, yes, no] = listOf(argument);
      return resolveIntrinsics(scope.condition(text(condition)) ? yes : no, scope);
    }
    default:
      throw new Error(`The local runtime does not know the template function ${name}.`);
  }
}

function substitute(argument: unknown, scope: TemplateScope): string {
  const [pattern, own] = typeof argument === "string" ? [argument, {}] : listOf(argument);
  const variables = isObject(own) ? own : {};
  return text(pattern).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(variables, name)) return text(resolveIntrinsics(variables[name], scope));
    const [id = "", ...path] = name.split(".");
    return text(path.length > 0 ? scope.attribute(id, path.join(".")) : scope.ref(name));
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`Expected a list in the template, found ${JSON.stringify(value)}`);
  return value;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`Expected a text in the template, found ${JSON.stringify(value)}`);
}
