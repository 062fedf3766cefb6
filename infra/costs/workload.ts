/** Resources that one event uses: 700 bytes of JSON, with an actor and a contact. Times of functions are assumptions. */
export const perEvent = {
  /** For the table and four indexes. Measured by the benchmark. */
  writeUnits: 5,
  /** Bytes in the table, and as many in each of four indexes. */
  itemBytes: 950,
  copies: 5,
  /** A line of the audit log, including the 26 bytes that CloudWatch adds. Measured by a test. */
  auditLineBytes: 1_540,
  /** Stored bytes for each ingested byte of a log: an assumption, CloudWatch publishes no compression ratio. */
  stored: 0.15,
  /** Events in a batch, of the queue and of the stream: an estimate. */
  batch: 10,
  /** Duration of a function for a batch: an estimate. */
  batchMs: 20,
  /** Of the ledger and the claims: one chunk for each event, and one claim for a batch. Fewer if a batch has several events of an organisation. */
  ledgerUnits: 1.1,
  /** Bytes of a chunk with one entry, after a thousand others of the organisation. Measured by a test. */
  ledgerBytes: 650,
  functionGb: 0.5,
  /** Size of the metrics line that a function logs for a batch: an estimate. */
  metricLineBytes: 400,
} as const;

/** Files of the console that a visit loads: estimates. A page without changes loads only the uncached ones again. */
export const perVisit = {
  files: 10,
  /** The page and its configuration, which CloudFront does not cache and a function handles. */
  uncached: 2,
  kilobytes: 100,
} as const;

export const gb = 1e9;

export const million = 1e6;
