/** The symbol of an event. */
export type EventIcon =
  | "created"
  | "changed"
  | "sent"
  | "mail"
  | "check"
  | "money"
  | "removed"
  | "comment"
  | "attachment"
  | "access"
  | "event";

/** The colour of an event: good news, bad news, or neither. */
export type EventTone = "positive" | "negative" | "info" | "neutral";

const styles: readonly (readonly [RegExp, EventIcon, EventTone])[] = [
  [/COMMENT|NOTE_ADDED/, "comment", "neutral"],
  [/ATTACHMENT|FILE/, "attachment", "neutral"],
  [/EMAIL|REMINDER/, "mail", "info"],
  [/UNPAID|UNCANCELLED/, "changed", "neutral"],
  [/PAID|PAYMENT_RECEIVED|REFUND/, "money", "positive"],
  [/REJECT|DECLIN|VOID|CANCEL|DELETE|REMOVE|DISABLE|FAIL/, "removed", "negative"],
  [/APPROV|ACCEPT|MATCH|VERIF|ENABLE/, "check", "positive"],
  [/SENT|SUBMIT|DELIVER/, "sent", "info"],
  [/LOGGED|LOGIN|SECRET|TOKEN|PASSWORD|LOCK/, "access", "neutral"],
  [/CREATED|ADDED|IMPORTED|RESTORED/, "created", "neutral"],
  [/UPDATED|CHANGED|EDITED|RENAMED/, "changed", "neutral"],
];

/** Returns the symbol and the colour for the verb of an action, by the words in it: the vocabulary is open. */
export function getEventStyle(verb: string): { readonly icon: EventIcon; readonly tone: EventTone } {
  const [, icon, tone] = styles.find(([pattern]) => pattern.test(verb)) ?? [null, "event", "neutral"];
  return { icon, tone };
}

/** Returns the colour of a status. */
export function getStatusTone(status: string): EventTone {
  const word = status.toUpperCase();
  if (/^(?:PAID|APPROVED|ACCEPTED|ACTIVE|COMPLETED|MATCHED|ENABLED)$/.test(word)) return "positive";
  if (/^(?:OVERDUE|REJECTED|DECLINED|VOID|VOIDED|CANCELLED|DELETED|FAILED|DISABLED)$/.test(word)) return "negative";
  return /^(?:SENT|OPEN|VIEWED|PARTIALLY_PAID|PENDING.*|SUBMITTED)$/.test(word) ? "info" : "neutral";
}
