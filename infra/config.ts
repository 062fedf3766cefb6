import type { DomainSettings } from "./api/api-domain.ts";
import type { EdgeSettings } from "./api/edge.ts";
import type { BackupProps } from "./backup.ts";
import type { ConsoleSettings } from "./console/console-settings.ts";
import type { ReservedConcurrency } from "./constructs/observability.ts";
import type { EventLogProps } from "./events/event-log.ts";
import type { TrustSettings } from "./ledger/log-name.ts";
import type { SigningKeySettings } from "./ledger/signing-key-settings.ts";

/** The settings of a deployment of the log. */
export type Stage = {
  /** True if its stack is protected from deletion and its alarms must have an address. */
  readonly isProduction: boolean;
  /** The AWS region of the stack; `null` for the region of the AWS profile. */
  readonly region: string | null;
  /** The only address of the API; `null` for the address that API Gateway assigns. */
  readonly domain: DomainSettings | null;
  /**
   * Origins of browser apps that may read the API with tokens of any kind; `*` allows any. Viewer tokens name their own
   * origins.
   */
  readonly corsOrigins: readonly string[];
  /** CloudFront and WAF in front of the API, which require a domain; `null` for neither. */
  readonly edge: EdgeSettings | null;
  /** The pages for operators and the webhook portal, behind a CloudFront distribution of their own; `null` for none. */
  readonly console: ConsoleSettings | null;
  /**
   * Requests a second of all callers together, above which API Gateway responds 429. With an edge, which limits each
   * caller, `edgeThrottle` applies instead.
   */
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number };
  /** Retention of the logs of the functions. */
  readonly logRetentionDays: number;
  /** Retention of the audit logs: events and access. */
  readonly auditRetentionDays: number;
  /** `null` uses the account's unreserved concurrency, as an account with a quota of 10 or 50 must. */
  readonly reserved: ReservedConcurrency | null;
  /** Maximum concurrency of the ingest function: limits write throughput, and the cost of a runaway writer. */
  readonly ingestConcurrency: number;
  /** Maximum concurrency for webhooks to fast endpoints, which respond within a second on average. */
  readonly deliveryConcurrency: number;
  /** Maximum concurrency for all other endpoints. Above `sendsPerOrg`, so that no organisation can use all of it. */
  readonly slowDeliveryConcurrency: number;
  /** Concurrent sends of one organisation: on the slow lane, and on the fast one to endpoints slower than 250 ms. */
  readonly sendsPerOrg: number;
  /** Sends a second to one host, for all organisations together. */
  readonly sendsPerHost: number;
  /** Years for which the audit log is kept in a bucket with Object Lock; `null` for no bucket. */
  readonly archive: { readonly years: number } | null;
  /**
   * Backups of the tables besides point-in-time recovery: days to keep them, days until the monthly ones move to cold
   * storage, and whether a vault lock enforces it. `null` for no backups.
   */
  readonly backup: Omit<BackupProps, "tables" | "alarms"> | null;
  /**
   * Storage class of the events table and its indexes. Standard-IA charges 40 % for storage and 125 % for reads and writes,
   * which is cheaper for data kept longer than five weeks. May be changed twice in 30 days.
   */
  readonly tableClass: EventLogProps["tableClass"];
  /**
   * Units a second that the events table and each index serve from the start, for a one-time price. Can be raised, never
   * lowered. `null` for the default of a new table: 12,000 reads and 4,000 writes.
   */
  readonly warmThroughput: EventLogProps["warmThroughput"];
  /** The signed checkpoints of the logs. */
  readonly trust: TrustSettings;
  /** Address that is subscribed to the alarm topics; `null` for none, which a production stage does not allow. */
  readonly alarmEmail: string | null;
  readonly tags: Readonly<Record<string, string>>;
};

/** In days. CloudWatch accepts certain retention periods only. */
const tenYears = 3_653;

export const stageNames = ["dev", "prod"] as const;

export type StageName = (typeof stageNames)[number];

/** It is followed, but never changed: see "Replace the key that signs checkpoints" in docs/operate/procedures.md. */
const firstSigningKey: SigningKeySettings = { id: "First", from: null, until: null, lostKey: null };

export const stages: Readonly<Record<StageName, Stage>> = {
  dev: {
    isProduction: false,
    region: null,
    domain: null,
    edge: null,
    // Any port of the developer's own machine may embed the portal.
    console: { domain: null, portalFrameAncestors: ["http://localhost:*", "http://127.0.0.1:*"] },
    corsOrigins: ["*"],
    throttle: { ratePerSecond: 500, burst: 1_000 },
    logRetentionDays: 30,
    auditRetentionDays: tenYears,
    reserved: null,
    ingestConcurrency: 10,
    deliveryConcurrency: 20,
    slowDeliveryConcurrency: 12,
    sendsPerOrg: 10,
    sendsPerHost: 1_000,
    archive: null,
    backup: null,
    tableClass: "STANDARD",
    warmThroughput: null,
    trust: { name: "activity-log-dev", keys: [firstSigningKey], anchorBucket: null, witnesses: [] },
    alarmEmail: null,
    tags: { application: "activity-log", stage: "dev" },
  },
  prod: {
    isProduction: true,
    region: null,
    domain: null,
    edge: null,
    console: null,
    corsOrigins: [],
    throttle: { ratePerSecond: 2_000, burst: 4_000 },
    logRetentionDays: 400,
    auditRetentionDays: tenYears,
    reserved: { api: 70, management: 10, stream: null },
    ingestConcurrency: 100,
    // With the other queues and what is reserved, leaves forty of a quota of 1,000 to the functions that read streams.
    deliveryConcurrency: 140,
    slowDeliveryConcurrency: 120,
    sendsPerOrg: 100,
    sendsPerHost: 1_000,
    archive: null,
    backup: { keepDailyDays: 7, keepMonthlyDays: 365, monthlyToColdDays: 1, isLocked: false },
    tableClass: "STANDARD_INFREQUENT_ACCESS",
    warmThroughput: null,
    trust: { name: null, keys: [firstSigningKey], anchorBucket: null, witnesses: [] },
    alarmEmail: null,
    tags: { application: "activity-log", stage: "prod" },
  },
};

export function isStageName(name: unknown): name is StageName {
  return stageNames.some((known) => known === name);
}

/** Throws if a production stage has no address for its alarms; `name` is the stage or its stack. */
export function requireAlarmAddress(name: string, { isProduction, alarmEmail }: Stage): void {
  if (!isProduction || alarmEmail !== null) return;
  throw new Error(`${name} is a production stage without an alarm address. Set its alarmEmail in infra/config.ts.`);
}

/** Returns the name of the CloudFormation stack of a stage. */
export function stackName(stage: StageName): string {
  return `activity-log-${stage}`;
}
