/** Environment variables that the stack sets and the functions read. */
export const envVars = {
  eventsTable: "EVENTS_TABLE",
  ledgerTable: "LEDGER_TABLE",
  configTable: "CONFIG_TABLE",
  ingestQueue: "INGEST_QUEUE_URL",
  ingestDeadLetters: "INGEST_DEAD_LETTERS_URL",
  rejectedQueue: "REJECTED_QUEUE_URL",
  deliveriesTable: "DELIVERIES_TABLE",
  deliveriesQueue: "DELIVERIES_QUEUE_URL",
  slowDeliveriesQueue: "SLOW_DELIVERIES_QUEUE_URL",
  /** The unique id of the function's own role. */
  roleId: "ROLE_ID",
  /** Concurrent requests of an organisation to endpoints that are not known to be fast. */
  sendsPerOrg: "SENDS_PER_ORG",
  sendsPerHost: "SENDS_PER_HOST",
  replaysQueue: "REPLAYS_QUEUE_URL",
  fanOutDeadLetters: "FAN_OUT_DEAD_LETTERS_URL",
  sequencerDeadLetters: "SEQUENCER_DEAD_LETTERS_URL",
  auditLogGroup: "AUDIT_LOG_GROUP",
  archiveBucket: "ARCHIVE_BUCKET",
  secretsKey: "SECRETS_KEY_ARN",
  /** The KMS key that encrypts the keys of viewer tokens. */
  viewerKeysKey: "VIEWER_KEYS_KEY_ARN",
  /** The keys that sign and verify checkpoints: JSON. */
  signingKeys: "SIGNING_KEYS",
  anchorDeadLetters: "ANCHOR_DEAD_LETTERS_URL",
  /** The witnesses of the log of anchors, if there are any: JSON. */
  witnesses: "WITNESSES",
  /** The bucket for rounds of anchors, if there is one. */
  anchorBucket: "ANCHOR_BUCKET",
  /** Set only by the local runtime: a folder for rounds of anchors, instead of the bucket. */
  anchorFolder: "ANCHOR_FOLDER",
  /** The first part of the name of each organisation's log. */
  logName: "LOG_NAME",
  /** Requests of all organisations that may wait for changes concurrently. */
  changeWaits: "CHANGE_WAITS",
  /** Hosts of our own API, separated by spaces: no webhook is sent to them. */
  apiHosts: "API_HOSTS",
  /** Origins of browser apps that may read the API, separated by spaces; `*` allows any. */
  corsOrigins: "CORS_ORIGINS",
  /** Where browsers find the console, if there is one: a URL, or a path at the origin of the API. */
  consoleUrl: "CONSOLE_URL",
  /** The secret that CloudFront sends, if the API has a distribution. */
  edgeSecret: "EDGE_SECRET",
  /** `true` if requests that did not come through CloudFront are rejected. */
  edgeRequired: "EDGE_REQUIRED",
  /** Set only by the local runtime: allows webhooks to loopback addresses, also without TLS. */
  webhooksToLoopback: "WEBHOOKS_TO_LOOPBACK",
} as const;

export type EnvVar = (typeof envVars)[keyof typeof envVars];
