import type { LineField } from "./line-types.ts";
import type { LineCondition, SavedQuery } from "./saved-query.ts";

const isEvent: LineCondition = { field: "message", is: "event" };
const isRequest: LineCondition = { field: "message", is: "request" };

/** The columns of an event. */
const eventColumns: readonly LineField[] = [
  "occurred_at",
  "org_id",
  "actor_user_id",
  "actor_name",
  "actor_type",
  "on_behalf_of_user_id",
  "on_behalf_of_name",
  "action",
  "entity_ref",
  "entity_id",
  "source",
  "event_id",
  "changed_fields",
  "changed_values",
];

/**
 * A retry repeats the line of a record with the same sequence number. A record that was removed and written again has
 * another one, so its earlier content keeps its row.
 */
const onceStored: readonly LineField[] = ["record_id", "sequence_number"];

const user = { help: "the id of the user who acted, or on whose behalf another did" };
const document = { help: "the id of the document" };
const changedField: LineCondition = { field: "changed_fields", lists: "field" };
const field = { help: "the name of a field that changed" };

const ofUser: LineCondition = {
  anyOf: [
    { field: "actor_user_id", equals: "user" },
    { field: "on_behalf_of_user_id", equals: "user" },
  ],
};
const ofDocument: LineCondition = { field: "entity_id", equals: "document" };

/** Office hours are Monday to Friday, 7:00 to 19:00, in the organisation's time zone. */
const outOfOffice: LineCondition = {
  anyOf: [
    { field: "occurred_weekday", atLeast: 6 },
    { field: "occurred_hour", below: 7 },
    { field: "occurred_hour", atLeast: 19 },
  ],
};

/** The queries that are deployed with the stack. */
export const savedQueries: readonly SavedQuery[] = [
  {
    name: "user-activity",
    title: "Everything one user did",
    summary: "Every event of one user, newest first, including events on behalf of that user.",
    from: "events",
    parameters: { user },
    optionalParameters: { field: { ...field, where: changedField } },
    where: [isEvent, ofUser],
    result: { kind: "rows", show: eventColumns, dedupBy: onceStored, orderBy: "occurred_at" },
  },
  {
    name: "document-history",
    title: "History of one document",
    summary: "Every event of one document, newest first.",
    from: "events",
    parameters: { document },
    optionalParameters: { field: { ...field, where: changedField } },
    where: [isEvent, ofDocument],
    result: { kind: "rows", show: eventColumns, dedupBy: onceStored, orderBy: "occurred_at" },
  },
  {
    name: "field-changes",
    title: "Changes of one field",
    summary: "Who changed a field, from what to what, newest first.",
    from: "events",
    parameters: { field },
    optionalParameters: { document: { ...document, where: ofDocument }, user: { ...user, where: ofUser } },
    where: [isEvent, changedField],
    result: { kind: "rows", show: eventColumns, dedupBy: onceStored, orderBy: "occurred_at" },
  },
  {
    name: "voids-and-deletions",
    title: "Voids and deletions",
    summary: "What was voided, deleted, cancelled or reversed, and by whom.",
    from: "events",
    parameters: {},
    optionalParameters: { field: { ...field, where: changedField } },
    where: [
      isEvent,
      {
        anyOf: [
          { field: "verb", matches: "(VOID|DELET|CANCEL|REVERS|REMOV)" },
          { field: "new_status", matches: "^(VOID|VOIDED|DELETED|CANCELLED|CANCELED|REVERSED)$" },
        ],
      },
    ],
    result: { kind: "rows", show: eventColumns, dedupBy: onceStored, orderBy: "occurred_at" },
  },
  {
    name: "out-of-office-hours",
    title: "Changes out of office hours",
    summary: "What users did before 7:00, from 19:00 on or at a weekend, in their organisation's time zone.",
    from: "events",
    parameters: {},
    where: [isEvent, { field: "actor_user_id", isPresent: true }, outOfOffice],
    result: {
      kind: "rows",
      show: ["occurred_local", ...eventColumns.filter((column) => column !== "occurred_at")],
      dedupBy: onceStored,
      orderBy: "occurred_at",
    },
  },
  {
    name: "edits-after-closing",
    title: "Edits after payment or approval",
    summary: "Documents that were edited after they were paid or approved. The range must include the payment.",
    from: "events",
    parameters: {},
    optionalParameters: {
      field: { ...field, where: { anyOf: [{ field: "closed_ms", isPresent: true }, changedField] } },
    },
    where: [
      isEvent,
      {
        anyOf: [
          { field: "closed_ms", isPresent: true },
          { field: "edited_ms", isPresent: true },
        ],
      },
    ],
    result: {
      kind: "groups",
      groupBy: ["org_id", "entity_type", "entity_id"],
      compute: {
        closed_at: { min: "closed_ms" },
        edited_at: { max: "edited_ms" },
        events: { records: true },
        last_edit: { last: "edit" },
      },
      having: { column: "edited_at", above: "closed_at" },
      orderByDesc: "edited_at",
    },
  },
  {
    name: "changes-by-source",
    title: "Changes by integration or source",
    summary: "Number of changes, documents and users by source.",
    from: "events",
    parameters: {},
    where: [isEvent],
    result: {
      kind: "groups",
      groupBy: ["org_id", "source"],
      compute: {
        changes: { records: true },
        documents: { distinct: "entity_id" },
        users: { distinct: "actor_user_id" },
      },
      orderByDesc: "changes",
    },
  },
  {
    name: "bulk-changes",
    title: "Bulk changes by one actor",
    summary: "Periods of ten minutes in which one user made many changes.",
    from: "events",
    parameters: { threshold: { help: "changes in ten minutes", default: 50 } },
    where: [isEvent, { field: "actor_user_id", isPresent: true }],
    result: {
      kind: "groups",
      groupBy: ["org_id", "actor_user_id", "occurred_slot"],
      compute: { changes: { records: true }, documents: { distinct: "entity_id" } },
      having: { column: "changes", atLeast: "threshold" },
      orderByDesc: "changes",
    },
  },
  {
    name: "failed-authentications",
    hasNoOrg: true,
    title: "Failed authentications by token and address",
    summary: "Requests with an invalid token, by token and network address.",
    from: "access",
    parameters: {},
    where: [isRequest, { field: "status", is: 401 }],
    result: {
      kind: "groups",
      groupBy: ["ip", "token_id", "dialect"],
      compute: { attempts: { distinct: "request_id" } },
      orderByDesc: "attempts",
    },
  },
  {
    name: "who-read-what",
    title: "Who read what",
    summary: "Every successful read, newest first, with its token, organisation and filters.",
    from: "access",
    parameters: {},
    optionalParameters: { document: { ...document, where: ofDocument } },
    where: [
      isRequest,
      { field: "method", is: "GET" },
      // 304: the reader has the page from an earlier response, which is still current.
      {
        anyOf: [
          { field: "status", is: 200 },
          { field: "status", is: 304 },
        ],
      },
      { field: "token_id", isPresent: true },
    ],
    result: {
      kind: "rows",
      show: [
        "time",
        "org_id",
        "token_id",
        "viewer_token_id",
        "user_id",
        "dialect",
        "route",
        "entity_id",
        "filters",
        "count",
        "ip",
        "request_id",
      ],
      dedupBy: ["request_id"],
      orderBy: "time",
    },
  },
  {
    name: "token-requests",
    title: "Requests with one token",
    summary: "Every request with a token or a viewer token, and those that issued or revoked it, newest first.",
    from: "access",
    parameters: { token: { help: "the id of a token (tok_…) or of a viewer token (vwt_…)" } },
    where: [
      isRequest,
      {
        anyOf: [
          { field: "token_id", equals: "token" },
          { field: "viewer_token_id", equals: "token" },
          { field: "issued_token_id", equals: "token" },
          { field: "revoked_token_id", equals: "token" },
        ],
      },
    ],
    result: {
      kind: "rows",
      show: [
        ...(["time", "org_id", "token_id", "viewer_token_id", "issued_token_id", "revoked_token_id"] as const),
        ...(["user_id", "dialect", "method", "route", "entity_id", "filters", "count", "status", "ip"] as const),
        "request_id",
      ],
      dedupBy: ["request_id"],
      orderBy: "time",
    },
  },
  {
    name: "token-revocations",
    title: "Tokens that were revoked by organisations and clients",
    summary: "Tokens that were revoked over HTTP, and by which token. Those of administrators: administration.",
    from: "access",
    parameters: {},
    where: [isRequest, { field: "revoked_token_id", isPresent: true }, { field: "status", is: 200 }],
    result: {
      kind: "rows",
      show: ["time", "org_id", "revoked_token_id", "token_id", "user_id", "dialect", "ip", "request_id"],
      dedupBy: ["request_id"],
      orderBy: "time",
    },
  },
  {
    name: "undelivered-webhooks",
    title: "Undelivered webhooks",
    summary: "Deliveries that were given up, newest first. The API lists the attempts of the last 30 days.",
    from: "access",
    parameters: {},
    where: [{ field: "message", is: "delivery" }],
    result: {
      kind: "rows",
      show: ["time", "org_id", "endpoint_id", "event_id", "outcome", "delivery_id"],
      dedupBy: ["delivery_id"],
      orderBy: "time",
    },
  },
  {
    name: "late-events",
    title: "Late or backdated events",
    summary: "Events that were stored long after `occurred_at`, or by a writer whose clock was wrong.",
    from: "events",
    parameters: { threshold: { help: "seconds from occurred_at until the event was stored", default: 3_600 } },
    where: [
      isEvent,
      {
        anyOf: [
          { field: "late_seconds", atLeast: "threshold" },
          { field: "clock_skew_seconds", isPresent: true },
        ],
      },
    ],
    result: {
      kind: "rows",
      show: ["time", "late_seconds", "recorded_at", "clock_skew_seconds", ...eventColumns],
      dedupBy: onceStored,
      orderBy: "time",
    },
  },
  {
    name: "administration",
    title: "What administrators did",
    summary: "Every call to the administrative function: organisations, tokens, keys and API clients.",
    from: "access",
    parameters: {},
    where: [{ field: "message", is: "admin" }],
    result: {
      kind: "rows",
      show: ["time", "action", "outcome", "org_ids", "token_id", "viewer_key_id", "user_id", "scopes", "request_id"],
      dedupBy: ["request_id"],
      orderBy: "time",
    },
  },
  {
    name: "tampering",
    title: "Tampering with the log",
    summary: "Changes of the events table that did not come from the log. The result must be empty.",
    from: "events",
    parameters: {},
    where: [{ field: "message", is: "tamper" }],
    result: {
      kind: "rows",
      show: ["time", "operation", "org_id", "entity_id", "event_id", "principal", "record_id", "sequence_number"],
      dedupBy: onceStored,
      orderBy: "time",
    },
  },
];
