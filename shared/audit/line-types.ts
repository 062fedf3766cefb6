import type { JsonText } from "#shared/events/event.ts";
import type { AdminCall } from "#shared/platform/admin-call.ts";

/**
 * The lines of the audit logs. Saved queries are typed by these fields, so that a renamed field breaks the build and
 * not a query. Fields without a value are omitted. CloudWatch stores a line under its `time` or the time when Lambda
 * received it.
 */
type Line<Message extends string> = { readonly time: string; readonly message: Message };

/** One event as stored. Searchable fields come first: CloudWatch discovers 200 fields of a line. */
export type EventLine = Line<"event"> & {
  /** The unique id of the stored record: two events may have the same `event_id`. */
  readonly record_id: string;
  readonly event_id: string;
  readonly org_id: string;
  readonly action: string;
  /** The action without the entity type: `SENT`. */
  readonly verb: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly entity_ref?: string | undefined;
  readonly actor_user_id?: string | undefined;
  /** The name of the actor at that time, else the e-mail address. */
  readonly actor_name?: string | undefined;
  /** `user`, `system`, `integration` or `agent`, if the writer sent it. */
  readonly actor_type?: string | undefined;
  /** The user the actor acted for, if the writer sent it: for example when support or an agent uses an account. */
  readonly on_behalf_of_user_id?: string | undefined;
  readonly on_behalf_of_name?: string | undefined;
  /** The origin of the change, from `metadata.source`, or `unknown`. */
  readonly source: string;
  readonly occurred_at: string;
  /** The time from the writer, by its own clock if it wrote the event in a transaction. */
  readonly recorded_at: string;
  /** Seconds from `occurred_at` to `time`, when the table stored the event; never below 0. */
  readonly late_seconds: number;
  /** Milliseconds from `time` until this line was written. */
  readonly lag_ms: number;
  /**
   * Seconds that `recorded_at` is ahead of `time`, negative if behind; only if more than five minutes. That of
   * `occurred_at` if only that is more than ten minutes ahead.
   */
  readonly clock_skew_seconds?: number | undefined;
  /** The shard of the event, only if no list of the organisation showed that shard at `time`. */
  readonly unlisted_shard?: string | undefined;
  /** `occurred_at` in the organisation's time zone. */
  readonly occurred_local: string;
  /** Hour 0 to 23 and weekday 1 (Monday) to 7, in the same time zone. */
  readonly occurred_hour: number;
  readonly occurred_weekday: number;
  /** The start of the ten minutes that contain `occurred_at`. */
  readonly occurred_slot: string;
  /** Names of the changed fields, separated by commas. */
  readonly changed_fields?: string | undefined;
  /** `changes` as text, because Logs Insights does not show objects. */
  readonly changed_values?: string | undefined;
  readonly new_status?: string | undefined;
  /** `occurred_at` in Unix milliseconds, only if the entity was paid or approved. */
  readonly closed_ms?: number | undefined;
  /** `occurred_at` in Unix milliseconds, only if the entity was edited. */
  readonly edited_ms?: number | undefined;
  /**
   * Summary of an edit: when, by whom, from what to what. Starts with `occurred_at`, so that the last one sorts last.
   */
  readonly edit?: string | undefined;
  readonly contact_id?: string | undefined;
  readonly payment_status?: string | undefined;
  /** `no` if no webhook was sent for the event when it was stored. */
  readonly notify?: string | undefined;
  /** The sequence number of the record in the table's stream. */
  readonly sequence_number: string;
  readonly text?: string | undefined;
  readonly information?: string | undefined;
  /** The structured fields, which are objects in the line, exactly as the writer wrote them. */
  readonly actor?: JsonText | undefined;
  readonly related?: JsonText | undefined;
  readonly changes?: JsonText | undefined;
  readonly params?: JsonText | undefined;
  readonly metadata: JsonText;
};

/** A stream record that the log cannot have caused: the events table was tampered with. */
export type TamperLine = Line<"tamper"> & {
  readonly record_id: string;
  readonly operation: string;
  readonly event_id?: string | undefined;
  readonly org_id?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly sequence_number: string;
  readonly lag_ms: number;
  /** Who made the change, if DynamoDB names it, as it does for expired items. */
  readonly principal?: string | undefined;
  /** The item before and after; if it is too large for a line, its beginning as text. */
  readonly before?: unknown;
  readonly after?: unknown;
};

/** One request to the HTTP API. */
export type RequestLine = Line<"request"> & {
  readonly request_id: string;
  /** The API of the function: a dialect, `webhooks`, `oauth`, `viewer-tokens`, `tokens` or `documents`. */
  readonly dialect: string;
  readonly method: string;
  /** The route, by the dialect's name for it. */
  readonly route?: string | undefined;
  readonly org_id?: string | undefined;
  /** `none` if the request had no well-formed token. */
  readonly token_id?: string | undefined;
  /** The viewer token of the request; `token_id` is the token that issued it. Also one that the request issued. */
  readonly viewer_token_id?: string | undefined;
  readonly user_id?: string | undefined;
  /** The entity of the request, if any. */
  readonly entity_id?: string | undefined;
  readonly endpoint_id?: string | undefined;
  readonly delivery_id?: string | undefined;
  readonly replay_id?: string | undefined;
  /** Other filters of the request, as `since=… limit=…`, without the text of a search. */
  readonly filters?: string | undefined;
  /** Number of events, or other objects, in the response. */
  readonly count?: number | undefined;
  /** Number of requests that it counted as, if it read so much that it is more than one. */
  readonly charged?: number | undefined;
  /** The token that was issued or revoked. */
  readonly issued_token_id?: string | undefined;
  readonly revoked_token_id?: string | undefined;
  readonly status: number;
  readonly code?: string | undefined;
  readonly ip: string;
  readonly duration_ms: number;
};

/** One administrative call. CloudTrail has its caller under `request_id`: Lambda does not pass it to the function. */
export type AdminLine = Line<"admin"> & AdminCall;

/** A delivery that ended without success. */
export type DeliveryLine = Line<"delivery"> & {
  readonly org_id: string;
  readonly endpoint_id: string;
  readonly delivery_id: string;
  /** Absent for a test delivery. */
  readonly event_id?: string | undefined;
  readonly outcome: "given_up";
};

type FieldOf<T> = T extends unknown ? Extract<keyof T, string> : never;

/** The fields that a saved query may use. */
export type LineField = FieldOf<EventLine | TamperLine | RequestLine | AdminLine | DeliveryLine>;

export type AuditLine = EventLine | TamperLine;
export type AccessLine = RequestLine | AdminLine | DeliveryLine;
