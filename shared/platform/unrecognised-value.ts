declare const unrecognised: unique symbol;

/**
 * A stored value of an enumeration that this release does not know, for example after a rollback. It is kept and shown
 * unchanged, and equals no known value. Only parsing items creates one, so code cannot write one by mistake.
 */
export type UnrecognisedValue = string & { readonly [unrecognised]: true };

/** The form of all enumerated values. Any other text is a damaged item. */
const pattern = /^[a-z][a-z_]{0,63}$/;

export function isUnrecognisedValue(value: unknown): value is UnrecognisedValue {
  return typeof value === "string" && pattern.test(value);
}
