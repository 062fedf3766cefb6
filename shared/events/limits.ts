/** Bytes of one event, as JSON in UTF-8. */
export const maxEventBytes = 64 * 1024;

/** Levels of arrays and objects inside `metadata`, `changes` and `params`. */
export const maxDepth = 16;

/** Related entities of one event. */
export const maxRelated = 50;

/** Characters of `text` and of `information`. */
export const maxTextLength = 4_096;

export const orgIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const eventIdPattern = /^evt_[0-9a-f]{32}$/;

/** `{ENTITY}_{VERB}`, with any words. */
export const actionPattern = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

export const maxActionLength = 64;

/** Characters of `entity_ref`. */
export const maxRefLength = 256;

/** Characters of the id of an entity or a user. */
export const maxIdLength = 256;

/**
 * Whether a text can be the id in a request: half of a surrogate pair has no UTF-8 form, and stored ids have no control
 * characters. New ids must also be visible (`isVisibleId`).
 */
export function isCleanId(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

/** Whether a text can be the id of an entity or a user. */
export function isId(value: string): boolean {
  return value !== "" && value.length <= maxIdLength && isCleanId(value);
}

export function isAction(value: string): boolean {
  return value.length <= maxActionLength && actionPattern.test(value);
}
