/** Where the functions' own metrics go in CloudWatch. */
export const metricNamespace = "ActivityLog";

export const metricNames = {
  eventsAppended: "EventsAppended",
  eventsRepeated: "EventsRepeated",
  eventsRejected: "EventsRejected",
  /** Put off, to be stored later: because DynamoDB throttles their organisation, or for any other transient failure. */
  eventsDeferredThrottled: "EventsDeferredThrottled",
  eventsDeferredUnavailable: "EventsDeferredUnavailable",
  /** Met an error that waiting does not mend, or ended the function; tried again a few times, then a dead letter. */
  eventsFailed: "EventsFailed",
  /** Records of the stream that were set aside, and those of them that the unread queue refused to keep. */
  eventsUnreadable: "EventsUnreadable",
  fanOutRecordsLost: "FanOutRecordsLost",
  /** Items of the events table that a reader left out because they are not events of this log. */
  damagedItems: "DamagedItems",
  deliveriesBegun: "DeliveriesBegun",
  deliveriesSucceeded: "DeliveriesSucceeded",
  deliveryAttemptsFailed: "DeliveryAttemptsFailed",
  deliveriesGivenUp: "DeliveriesGivenUp",
  deliveriesRescheduled: "DeliveriesRescheduled",
  /** Sent on to the slow lane. */
  deliveriesMoved: "DeliveriesMoved",
  /** Sent anew with a delay, for a fault of the system that passes. */
  deliveriesDeferred: "DeliveriesDeferred",
  deliveriesDropped: "DeliveriesDropped",
  deliveriesDue: "DeliveriesDue",
  circuitsOpened: "CircuitsOpened",
  endpointsDisabled: "EndpointsDisabled",
  /** Audit lines of deliveries that the log did not take in time: they are in the log of the sender. */
  auditLinesLost: "AuditLinesLost",
  replaySteps: "ReplaySteps",
  eventsLogged: "EventsLogged",
  /** Made by CloudWatch of the lines in the audit log. */
  eventsTampered: "EventsTampered",
  /** Events whose times can only come from a clock more than five minutes off that of the table. */
  clockSkew: "ClockSkew",
  /** Events in a shard that readers do not look at: their writer passed a wrong number of shards. */
  eventsUnlisted: "EventsUnlisted",
  /** The longest of a batch, in milliseconds: from an event's storing to its line in the audit log. */
  auditLag: "AuditLag",
  /** The longest of a batch, in milliseconds: from an event's arrival in the queue to its storing. */
  ingestLag: "IngestLag",
  /**
   * The longest of a batch, in milliseconds: for how long an event waits already that is put off because a service is
   * not available.
   */
  deferralAge: "DeferralAge",
  requestsFailed: "RequestsFailed",
  requestsUnauthenticated: "RequestsUnauthenticated",
  requestsRateLimited: "RequestsRateLimited",
} as const;

export type MetricName = (typeof metricNames)[keyof typeof metricNames];
