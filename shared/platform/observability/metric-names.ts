/** The CloudWatch namespace of the functions' own metrics. */
export const metricNamespace = "ActivityLog";

export const metricNames = {
  eventsAppended: "EventsAppended",
  eventsRepeated: "EventsRepeated",
  eventsRejected: "EventsRejected",
  /** Deferred because DynamoDB throttles the organisation, or because of another transient error. */
  eventsDeferredThrottled: "EventsDeferredThrottled",
  eventsDeferredUnavailable: "EventsDeferredUnavailable",
  /** Failed with a permanent error, or ended the function. Retried a few times, then a dead letter. */
  eventsFailed: "EventsFailed",
  /** Stream records that could not be processed, and those of them that the quarantine queue rejected. */
  eventsUnreadable: "EventsUnreadable",
  fanOutRecordsLost: "FanOutRecordsLost",
  /** Items of the events table that a reader skipped because they are not valid events. */
  damagedItems: "DamagedItems",
  /** Changes whose events the events table does not have any more. */
  changesMissing: "ChangesMissing",
  /** Entries that the sequencer appended to the ledger: events, and other changes of the events table. */
  entriesSequenced: "EntriesSequenced",
  /** Batches in which a log of the ledger ended more than a minute in the future. */
  clockAhead: "ClockAhead",
  deliveriesBegun: "DeliveriesBegun",
  deliveriesSucceeded: "DeliveriesSucceeded",
  deliveryAttemptsFailed: "DeliveryAttemptsFailed",
  deliveriesGivenUp: "DeliveriesGivenUp",
  deliveriesRescheduled: "DeliveriesRescheduled",
  /** Moved to the slow lane. */
  deliveriesMoved: "DeliveriesMoved",
  /** Enqueued again with a delay because of a transient error. */
  deliveriesDeferred: "DeliveriesDeferred",
  deliveriesDropped: "DeliveriesDropped",
  deliveriesDue: "DeliveriesDue",
  circuitsOpened: "CircuitsOpened",
  endpointsDisabled: "EndpointsDisabled",
  /** Audit lines of deliveries that could not be written in time. They are in the log of the sender. */
  auditLinesLost: "AuditLinesLost",
  replaySteps: "ReplaySteps",
  eventsLogged: "EventsLogged",
  /** Extracted from the audit log by a metric filter. */
  eventsTampered: "EventsTampered",
  /** Events whose times show that a writer's clock is more than five minutes off that of the table. */
  clockSkew: "ClockSkew",
  /** Events in a shard that is not read: their writer passed a wrong number of shards. */
  eventsUnlisted: "EventsUnlisted",
  /** Maximum of a batch in milliseconds: from storing an event to its line in the audit log. */
  auditLag: "AuditLag",
  /** Maximum of a batch in milliseconds: from the arrival of an event in the queue to storing it. */
  ingestLag: "IngestLag",
  /** Maximum of a batch in milliseconds: how long an event has been waiting that is deferred as a service is unavailable. */
  deferralAge: "DeferralAge",
  /** Logs that contradict a checkpoint that was signed before, or themselves. */
  forkRefused: "ForkRefused",
  /** Records of the ledger's stream that change or delete what was stored. */
  ledgerTampered: "LedgerTampered",
  /** Rounds that were appended to the log of anchors. */
  anchorRounds: "AnchorRounds",
  /** Rounds whose leaves could not be stored outside. */
  anchorRoundsDamaged: "AnchorRoundsDamaged",
  /** Age in milliseconds of the oldest round that is not stored outside. */
  anchorLag: "AnchorLag",
  anchorConflict: "AnchorConflict",
  witnessesUnsigned: "WitnessesUnsigned",
  witnessContradiction: "WitnessContradiction",
  requestsFailed: "RequestsFailed",
  requestsUnauthenticated: "RequestsUnauthenticated",
  requestsRateLimited: "RequestsRateLimited",
} as const;

export type MetricName = (typeof metricNames)[keyof typeof metricNames];
