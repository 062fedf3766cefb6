export const orgIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const eventIdPattern = /^evt_[0-9a-f]{32}$/;

/** `{ENTITY}_{VERB}`; the vocabulary is open. */
export const actionPattern = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

export const maxActionLength = 64;

/** Characters of the number that people know a document by. */
export const maxRefLength = 256;

/** Characters of an entity's or a user's id. */
export const maxIdLength = 256;

/**
 * Whether a text can be an id that is asked for: half of a surrogate pair has no UTF-8, and no stored id has control
 * characters. New ids must be visible, too (`isVisibleId`).
 */
export function isCleanId(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}
