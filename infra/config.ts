import type { BackupProps } from "./backup.ts";
import type { EdgeSettings } from "./edge.ts";
import type { EventLogProps } from "./event-log.ts";

/** A name of our own for the API, as `activity.example.com`. */
export type Domain = {
  readonly name: string;
  /** Of a certificate for the name, in ACM in the region of the stack; with an edge, in us-east-1. */
  readonly certificateArn: string;
  /** The zone of Route 53 that gets the record; without it, somebody else points the name to the API. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
};

/** What differs between the places that the log is deployed to. */
export type Stage = {
  /** Whether people depend on it: its stack cannot be deleted by one command, and its alarms must have an address. */
  readonly isProduction: boolean;
  /** The AWS region of the stack; `null` for the one of the AWS profile. */
  readonly region: string | null;
  /** The only address of the API where there is one; `null` for the address that API Gateway gives it. */
  readonly domain: Domain | null;
  /** Origins of browser apps that may read the API; `*` allows any, since requests carry a token and never a cookie. */
  readonly corsOrigins: readonly string[];
  /** CloudFront and WAF before the API, which need a domain; `null` for neither. */
  readonly edge: EdgeSettings | null;
  /**
   * Requests a second, over all callers, before API Gateway answers 429 itself. With an edge, which limits each caller,
   * `edgeThrottle` holds instead.
   */
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number };
  /** Of the logs of the functions. */
  readonly logRetentionDays: number;
  /** Of the logs that auditors read: what happened, and who asked for what. */
  readonly auditRetentionDays: number;
  /**
   * Instances reserved for each function that answers requests (`api`) or follows the stream (`stream`), which are also
   * the most it may have. `null` uses the account's unreserved concurrency, as must an account with a quota of 10 or 50.
   * `stream` has to be one for each 10 GB of the events table: Lambda runs one instance for each shard of its stream.
   */
  readonly reserved: { readonly api: number; readonly stream: number | null } | null;
  /** Instances of the ingest function at most: the bound on write throughput, and on what a runaway writer can cost. */
  readonly ingestConcurrency: number;
  /** Instances at most that send webhooks to endpoints known as fast, which answer within a second on average. */
  readonly deliveryConcurrency: number;
  /** Instances at most for all other endpoints. More than `sendsPerOrg`, so that one organisation never holds them all. */
  readonly slowDeliveryConcurrency: number;
  /** Concurrent sends of one organisation on the slow lane, and on the other to endpoints above 250 ms. */
  readonly sendsPerOrg: number;
  /** Sends a second to one host, of all organisations together. */
  readonly sendsPerHost: number;
  /** Years for which each day of the audit log is kept in a bucket that nobody can delete from; `null` for no bucket. */
  readonly archive: { readonly years: number } | null;
  /**
   * Copies of the tables beside their point-in-time recovery: days to keep them, days until the monthly ones move to cold
   * storage, and whether nobody can shorten that.
   */
  readonly backup: Omit<BackupProps, "tables" | "alarms"> | null;
  /**
   * How DynamoDB bills the events table and its indexes: Standard-IA stores at 40 % of the price and reads and writes at
   * 125 %, which pays for what is kept longer than five weeks. It may be changed twice in 30 days.
   */
  readonly tableClass: EventLogProps["tableClass"];
  /**
   * Units a second that the events table and each of its indexes take from their first second, for a price that is paid
   * once. It can be raised, never lowered. `null`: what DynamoDB gives a new table, 12,000 reads and 4,000 writes.
   */
  readonly warmThroughput: EventLogProps["warmThroughput"];
  /** Where alarms are sent, besides their topics; `null` for nowhere, which a production stage is refused for. */
  readonly alarmEmail: string | null;
  readonly tags: Readonly<Record<string, string>>;
};

/** As CloudWatch counts them: it keeps logs for certain numbers of days only. */
const tenYears = 3_653;

export const stageNames = ["dev", "prod"] as const;

export type StageName = (typeof stageNames)[number];

export const stages: Readonly<Record<StageName, Stage>> = {
  dev: {
    isProduction: false,
    region: null,
    domain: null,
    edge: null,
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
    alarmEmail: null,
    tags: { application: "activity-log", stage: "dev" },
  },
  prod: {
    isProduction: true,
    region: null,
    domain: null,
    edge: null,
    corsOrigins: ["*"],
    throttle: { ratePerSecond: 2_000, burst: 4_000 },
    logRetentionDays: 400,
    auditRetentionDays: tenYears,
    reserved: { api: 80, stream: null },
    ingestConcurrency: 100,
    deliveryConcurrency: 180,
    slowDeliveryConcurrency: 120,
    sendsPerOrg: 100,
    sendsPerHost: 1_000,
    archive: null,
    backup: { keepDailyDays: 7, keepMonthlyDays: 365, monthlyToColdDays: 1, isLocked: false },
    tableClass: "STANDARD_INFREQUENT_ACCESS",
    warmThroughput: null,
    alarmEmail: null,
    tags: { application: "activity-log", stage: "prod" },
  },
};

export function isStageName(name: unknown): name is StageName {
  return stageNames.some((known) => known === name);
}

/** The CloudFormation stack of a stage. */
export function stackName(stage: StageName): string {
  return `activity-log-${stage}`;
}
