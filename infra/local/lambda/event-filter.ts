/** True for a record that the filter lets through. */
export type EventFilter = (record: unknown) => boolean;

/**
 * Compiles an event filter pattern: exact values, `prefix`, `suffix`, `exists`, `anything-but`, `equals-ignore-case`,
 * `numeric` and `$or`. Throws on any other rule, rather than let records pass that AWS would hold back.
 */
export function parseEventFilter(pattern: string): EventFilter {
  return objectFilter(JSON.parse(pattern));
}

function objectFilter(pattern: unknown): EventFilter {
  if (!isObject(pattern)) throw new Error(`Not a filter pattern: ${JSON.stringify(pattern)}`);
  const parts = Object.entries(pattern).map(([key, inner]): EventFilter => {
    if (key === "$or" && Array.isArray(inner)) {
      const alternatives = inner.map(objectFilter);
      return (record) => alternatives.some((matches) => matches(record));
    }
    const matches = Array.isArray(inner) ? valueFilter(inner) : objectFilter(inner);
    return (record) => matches(isObject(record) && Object.hasOwn(record, key) ? record[key] : undefined);
  });
  return (record) => parts.every((matches) => matches(record));
}

function valueFilter(rules: readonly unknown[]): EventFilter {
  const tests = rules.map((rule): EventFilter => (isObject(rule) ? ruleFilter(rule) : (value) => value === rule));
  return (value) => tests.some((matches) => (Array.isArray(value) ? value.some(matches) : matches(value)));
}

function ruleFilter(rule: Record<string, unknown>): EventFilter {
  const [only] = Object.entries(rule);
  const [name, operand] = only ?? ["", undefined];
  const text = String(operand);
  switch (name) {
    case "prefix":
      return (value) => typeof value === "string" && value.startsWith(text);
    case "suffix":
      return (value) => typeof value === "string" && value.endsWith(text);
    case "equals-ignore-case":
      return (value) => typeof value === "string" && value.toLowerCase() === text.toLowerCase();
    case "exists":
      return (value) => (value !== undefined) === operand;
    case "anything-but": {
      const refused = valueFilter(Array.isArray(operand) ? operand : [operand]);
      return (value) => value !== undefined && !refused(value);
    }
    case "numeric":
      return numericFilter(Array.isArray(operand) ? operand : []);
    default:
      throw new Error(`The local runtime does not know the filter rule ${JSON.stringify(rule)}.`);
  }
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function numericFilter(operands: readonly unknown[]): EventFilter {
  const tests = operands.flatMap((sign, at) => {
    if (at % 2 === 1) return [];
    const compare = comparisons[String(sign)];
    if (compare === undefined) throw new Error(`Not a numeric filter rule: ${JSON.stringify(operands)}`);
    return [(value: number) => compare(value, Number(operands[at + 1]))];
  });
  return (value) => typeof value === "number" && tests.every((matches) => matches(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
