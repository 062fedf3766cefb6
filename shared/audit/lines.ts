import type { JsonText } from "#shared/events/event.ts";
import type { AdminCall } from "#shared/platform/admin-call.ts";

/**
 * The lines of the audit logs, field by field. The saved queries name these fields, so renaming one breaks the build
 * and not a query. What has no value is left out. Every line has its `time`; CloudWatch files it under that, or under
 * the moment at which Lambda took it.
 */
type Line<Message extends string> = { readonly time: string; readonly message: Message };

/** One event, as it was stored. What is searched for comes first: CloudWatch finds 200 fields of a line. */
export type EventLine = Line<"event"> & {
  /** Of the stored record, which no other record shares: two events may have the same `event_id`. */
  readonly record_id: string;
  readonly event_id: string;
  readonly org_id: string;
  readonly action: string;
  /** What happened, without the kind of document: `SENT`. */
  readonly verb: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly entity_ref?: string | undefined;
  readonly actor_user_id?: string | undefined;
  /** What the actor was called when it happened: the name, else the e-mail address. */
  readonly actor_name?: string | undefined;
  /** `user`, `system`, `integration` or `agent`, where the writer says so. */
  readonly actor_type?: string | undefined;
  /** Whom the actor acted for, where the writer says so: the account that support or an agent used. */
  readonly on_behalf_of_user_id?: string | undefined;
  readonly on_behalf_of_name?: string | undefined;
  /** Where the change came from, as its writer says in `metadata.source`, or `unknown`. */
  readonly source: string;
  readonly occurred_at: string;
  /** What its writer says, by a clock of its own if it wrote the event in a transaction. */
  readonly recorded_at: string;
  /** Seconds from `occurred_at` to `time`, when the table stored the event; never below 0. */
  readonly late_seconds: number;
  /** Milliseconds from `time` to the writing of this line. */
  readonly lag_ms: number;
  /**
   * Seconds that `recorded_at` lies ahead of `time`, negative if behind; only where it is more than five minutes. Of
   * `occurred_at`, where that alone lies more than ten minutes ahead.
   */
  readonly clock_skew_seconds?: number | undefined;
  /** The shard that the event was written to, only where no list of the organisation showed it at `time`. */
  readonly unlisted_shard?: string | undefined;
  /** `occurred_at` as a clock on the organisation's wall showed it. */
  readonly occurred_local: string;
  /** 0 to 23, and 1 for Monday to 7, by the same clock. */
  readonly occurred_hour: number;
  readonly occurred_weekday: number;
  /** The ten minutes that `occurred_at` lies in, by their start. */
  readonly occurred_slot: string;
  /** Names of the fields that changed, by commas. */
  readonly changed_fields?: string | undefined;
  /** `changes` as one text, which a query can show: Logs Insights shows no objects. */
  readonly changed_values?: string | undefined;
  readonly new_status?: string | undefined;
  /** `occurred_at` in Unix milliseconds, only where the event says that the document was paid or approved. */
  readonly closed_ms?: number | undefined;
  /** The same, only where it says that somebody edited the document. */
  readonly edited_ms?: number | undefined;
  /** Of an edit: when, by whom, from what to what. Begins with `occurred_at`, so that the last one sorts last. */
  readonly edit?: string | undefined;
  readonly contact_id?: string | undefined;
  readonly payment_status?: string | undefined;
  /** `no` where no webhook was sent for the event when it was stored. */
  readonly notify?: string | undefined;
  /** Of the record in the table's stream. */
  readonly sequence_number: string;
  readonly text?: string | undefined;
  readonly information?: string | undefined;
  /** The structured parts, which stand in the line as objects, in the very text of the writer. */
  readonly actor?: JsonText | undefined;
  readonly related?: JsonText | undefined;
  readonly changes?: JsonText | undefined;
  readonly params?: JsonText | undefined;
  readonly metadata: JsonText;
};

/** A record of the stream that no code of this log can have made: the events table was tampered with. */
export type TamperLine = Line<"tamper"> & {
  readonly record_id: string;
  readonly operation: string;
  readonly event_id?: string | undefined;
  readonly org_id?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly sequence_number: string;
  readonly lag_ms: number;
  /** Who did it, where DynamoDB says so: its own expiry does. */
  readonly principal?: string | undefined;
  /** The item before and after; of one that is too large for a line, how it begins, as text. */
  readonly before?: unknown;
  readonly after?: unknown;
};

/** One request to the HTTP API. */
export type RequestLine = Line<"request"> & {
  readonly request_id: string;
  /** The name of the function's API: a dialect, `webhooks`, `oauth` or `documents`. */
  readonly dialect: string;
  readonly method: string;
  /** What was asked for, by the name that the dialect has for it. */
  readonly route?: string | undefined;
  readonly org_id?: string | undefined;
  /** `none` where a request was refused for having no token that could be one. */
  readonly token_id?: string | undefined;
  readonly user_id?: string | undefined;
  /** The document, where the request was about one. */
  readonly entity_id?: string | undefined;
  readonly endpoint_id?: string | undefined;
  readonly delivery_id?: string | undefined;
  readonly replay_id?: string | undefined;
  /** What else the request asked to be shown, as `since=… limit=…`. Of a search only that there was one. */
  readonly filters?: string | undefined;
  /** Events, or other things, that were shown. */
  readonly count?: number | undefined;
  /** Requests that it counted as, where it read so much that they were more than one. */
  readonly charged?: number | undefined;
  /** The token that was issued, or revoked. */
  readonly issued_token_id?: string | undefined;
  readonly revoked_token_id?: string | undefined;
  readonly status: number;
  readonly code?: string | undefined;
  readonly ip: string;
  readonly duration_ms: number;
};

/** One call of an administrator. Who made it is in CloudTrail, under `request_id`: a function is not told. */
export type AdminLine = Line<"admin"> & AdminCall;

/** A delivery that came to its end without success. */
export type DeliveryLine = Line<"delivery"> & {
  readonly org_id: string;
  readonly endpoint_id: string;
  readonly delivery_id: string;
  /** Absent for a test. */
  readonly event_id?: string | undefined;
  readonly outcome: "given_up";
};

type FieldOf<T> = T extends unknown ? Extract<keyof T, string> : never;

/** Every field that a saved query may name. */
export type LineField = FieldOf<EventLine | TamperLine | RequestLine | AdminLine | DeliveryLine>;

export type AuditLine = EventLine | TamperLine;
export type AccessLine = RequestLine | AdminLine | DeliveryLine;
