import { findDuplicateKey } from "./duplicate-key.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How deep arrays and objects nest; counts no further than `limit + 1`, so hostile input costs no more than that. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}

/**
 * Parses JSON and refuses what JavaScript would change in silence: a key that is there twice, and numbers such as
 * 1e400 or 9007199254740993. An audit log that rounds an amount has lied. Throws `SyntaxError` for malformed text,
 * and `RangeError` for such a key or number, or where numbers had to be looked for too deep inside.
 */
export function parseJsonExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const twice = findDuplicateKey(text);
  if (twice !== null)
    throw new RangeError(`The key '${twice.slice(0, 64)}' is there twice: only one value could be kept.`);
  if (!longNumber.test(text)) return value;
  // Parsing copes with any depth, but the second look is recursive and would exhaust the stack.
  if (isDeeperThan(value, maxNesting)) throw new RangeError(`The JSON nests more than ${maxNesting} levels deep.`);
  return JSON.parse(text, refuseInexact);
}

const maxNesting = 500;

const longNumber = /\d[\d.]{14}|\d[eE]/;

function refuseInexact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === "number" && context?.source !== undefined && !isExact(value, context.source)) {
    throw new RangeError(`The number ${context.source.slice(0, 40)} cannot be kept exactly: send it as a string.`);
  }
  return value;
}

function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && digits(String(value)) === digits(source);
}

/** The significant digits of a decimal numeral and its magnitude, so that 1.50, 1.5 and 15e-1 compare equal. */
function digits(numeral: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(numeral) ?? [];
  const all = `${whole}${fraction}`;
  const significant = all.replace(/^0+/, "").replace(/0+$/, "");
  const magnitude = all.length - all.replace(/^0+/, "").length;
  return significant === "" ? "0" : `${significant}e${whole.length - magnitude + Number(exponent)}`;
}
