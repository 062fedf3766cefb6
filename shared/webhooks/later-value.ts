declare const later: unique symbol;

/**
 * A stored value that a later release wrote and this one does not know, as after a rollback. It is kept and shown as it
 * is, and is equal to no value that decides anything. Only reading makes one, so it cannot be written by mistake.
 */
export type LaterValue = string & { readonly [later]: true };

/** How values of our own are spelled: any other text is damage. */
const pattern = /^[a-z][a-z_]{0,63}$/;

export function isLaterValue(value: unknown): value is LaterValue {
  return typeof value === "string" && pattern.test(value);
}
