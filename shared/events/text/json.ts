import { findDuplicateKey } from "./duplicate-key.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether arrays and objects nest deeper than `limit`. Stops there, so that hostile input is cheap. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}

/**
 * Parses JSON that JavaScript represents exactly, since an audit log must not round an amount. Throws `SyntaxError` for
 * malformed text, and `RangeError` for a duplicate key, a number such as 1e400 or 9007199254740993, or too deep
 * nesting.
 */
export function parseJsonExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null)
    throw new RangeError(`The key '${duplicate.slice(0, 64)}' appears twice in one object. Send it once.`);
  if (!longNumber.test(text)) return value;
  // Parsing handles any depth, but a reviver is recursive and would exhaust the stack.
  if (isDeeperThan(value, maxNesting)) throw new RangeError(`The JSON nests more than ${maxNesting} levels deep.`);
  return JSON.parse(text, assertExact);
}

const maxNesting = 500;

const longNumber = /\d[\d.]{14}|\d[eE]/;

function assertExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === "number" && context?.source !== undefined && !isExact(value, context.source)) {
    throw new RangeError(`The number ${context.source.slice(0, 40)} cannot be stored exactly. Send it as a string.`);
  }
  return value;
}

function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && digits(String(value)) === digits(source);
}

/** Returns the significant digits of a numeral and its magnitude, so that 1.50, 1.5 and 15e-1 compare equal. */
function digits(numeral: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(numeral) ?? [];
  const all = `${whole}${fraction}`;
  const significant = all.replace(/^0+/, "").replace(/0+$/, "");
  const magnitude = all.length - all.replace(/^0+/, "").length;
  return significant === "" ? "0" : `${significant}e${whole.length - magnitude + Number(exponent)}`;
}
