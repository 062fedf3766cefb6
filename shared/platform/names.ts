/** Environment variables that the stack sets and the functions read. */
export const variables = {
  eventsTable: "EVENTS_TABLE",
  configTable: "CONFIG_TABLE",
  ingestQueue: "INGEST_QUEUE_URL",
  ingestDeadLetters: "INGEST_DEAD_LETTERS_URL",
  rejectedQueue: "REJECTED_QUEUE_URL",
  deliveriesTable: "DELIVERIES_TABLE",
  deliveriesQueue: "DELIVERIES_QUEUE_URL",
  slowDeliveriesQueue: "SLOW_DELIVERIES_QUEUE_URL",
  /** Concurrent sends of an organisation to endpoints that are not known as fast. */
  /** The unique id of the function's own role. */
  roleId: "ROLE_ID",
  sendsPerOrg: "SENDS_PER_ORG",
  sendsPerHost: "SENDS_PER_HOST",
  replaysQueue: "REPLAYS_QUEUE_URL",
  unreadQueue: "UNREAD_QUEUE_URL",
  auditLogGroup: "AUDIT_LOG_GROUP",
  archiveBucket: "ARCHIVE_BUCKET",
  secretsKey: "SECRETS_KEY_ARN",
  /** Hosts of our own API, separated by blanks: nothing is ever sent to them. */
  apiHosts: "API_HOSTS",
  /** What CloudFront proves itself by, where there is a distribution before the API. */
  edgeSecret: "EDGE_SECRET",
  /** `true` where requests that did not come through CloudFront are refused. */
  edgeOnlyWay: "EDGE_ONLY_WAY",
  /** Set on laptops only, and by no template: lets webhooks go to loopback addresses, also without TLS. */
  webhooksToLoopback: "WEBHOOKS_TO_LOOPBACK",
} as const;

export type Variable = (typeof variables)[keyof typeof variables];

/** Headers that CloudFront adds to each request. It replaces what a caller sends under these names. */
export const edgeHeaders = { secret: "x-activity-edge-secret", host: "x-activity-edge-host" } as const;

/** Where the functions' own metrics go in CloudWatch. */
export const metricNamespace = "ActivityLog";

export const metrics = {
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
  unreadRefused: "UnreadRefused",
  /** Items of the events table that a reader left out because they are not events of this log. */
  damagedItems: "DamagedItems",
  deliveriesBegun: "DeliveriesBegun",
  deliveriesSucceeded: "DeliveriesSucceeded",
  deliveryAttemptsFailed: "DeliveryAttemptsFailed",
  deliveriesGivenUp: "DeliveriesGivenUp",
  deliveriesParked: "DeliveriesParked",
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

export type Metric = (typeof metrics)[keyof typeof metrics];
