/**
 * List prices of us-east-1 in dollars, without free tiers and discounts, as AWS's price pages had them in November 2026.
 * A month has 730 hours.
 */
export const prices = {
  dynamodb: {
    /** A million request units, and a GB a month. Backups and streams cost the same in both classes. */
    STANDARD: { write: 0.625, read: 0.125, storage: 0.25 },
    STANDARD_INFREQUENT_ACCESS: { write: 0.78, read: 0.155, storage: 0.1 },
    pointInTimeRecovery: 0.2,
    copyWarm: 0.1,
    copyCold: 0.03,
    /** A unit a second of warm throughput, once: the hourly price of a provisioned unit. */
    warmWrite: 0.000_65,
    warmRead: 0.000_13,
  },
  sqs: { millionCalls: 0.4 },
  lambda: { millionInvocations: 0.2, gbSecond: 0.000_013_333_4 },
  httpApi: { millionRequests: 1 },
  logs: { ingestGb: 0.5, storageGb: 0.03 },
  cloudwatch: { alarmMetric: 0.1, dashboard: 3, customMetric: 0.3 },
  kms: { key: 1, millionCalls: 3, millionSignatures: 15 },
  s3: { storageGb: 0.023, millionReads: 0.4, millionWrites: 5 },
  cloudfront: { millionRequests: 1, millionFunctionRuns: 0.1, transferGb: 0.085 },
  waf: { acl: 5, rule: 1, millionRequests: 0.6 },
  secretsManager: { secret: 0.4 },
} as const;
