/** What an event of 700 bytes with an actor and a contact takes, and what its functions are assumed to take. */
export const perEvent = {
  /** Table and four indexes; measured by the benchmark. */
  writeUnits: 5,
  /** Bytes in the table, and as many in each of four indexes. */
  itemBytes: 950,
  copies: 5,
  /** A line of the audit log, with the 26 bytes that CloudWatch adds; a test measures it. */
  auditLineBytes: 1_540,
  /** What CloudWatch stores of a byte of log: an assumption, its compression is not published. */
  stored: 0.15,
  /** Events that come together, in the queue and in the stream: an estimate. */
  batch: 10,
  /** Of a function, for a batch: an estimate. */
  batchMs: 20,
  functionGb: 0.5,
  /** The line of metrics that a function writes for a batch: an estimate. */
  metricLineBytes: 400,
} as const;

export const gb = 1e9;

export const million = 1e6;
