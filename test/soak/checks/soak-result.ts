import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { JsonObject } from "#shared/events/text/json.ts";
import { findGivenUpEvents } from "#test/soak/actors/deliveries.ts";
import { type OwnerLog, ownerCalls } from "#test/soak/actors/owners.ts";
import { type ReaderJournal, readAllPages } from "#test/soak/actors/pages.ts";
import type { ReceivedDelivery } from "#test/soak/actors/receivers.ts";
import type { SoakSubscriber } from "#test/soak/actors/subscribers.ts";
import type { verifyLogs } from "#test/soak/actors/verifiers.ts";
import { type LedgerLogs, readLedgerLogs } from "#test/soak/ledger-logs.ts";
import { drain } from "#test/soak/queues.ts";
import type { SoakStack } from "#test/soak/stack.ts";
import { auditLines } from "#test/support/audit-lines.ts";

/** What the stack stores, lists and has delivered at the end of a soak test. */
export type SoakResult = {
  /** Items of the events table. */
  readonly stored: readonly EventsTableItem[];
  readonly ledger: LedgerLogs;
  /** The change feed of each organisation, and the proofs that were verified. */
  readonly logs: Awaited<ReturnType<typeof verifyLogs>>;
  /** Lines of the audit log. */
  readonly logged: readonly JsonObject[];
  /** Ids of the events that the API lists for each organisation, in order. */
  readonly shown: ReadonlyMap<string, readonly string[]>;
  readonly rejected: readonly RejectedMessage[];
  /** The messages of each dead-letter queue. */
  readonly deadLetters: ReadonlyMap<string, readonly string[]>;
  readonly received: readonly OrgDeliveries[];
  /** Problems of requests that receivers got, and of pages that readers got. */
  readonly problems: { readonly requests: readonly string[]; readonly pages: readonly string[] };
  readonly serverErrors: ServerErrors;
  readonly owners: OwnerResult;
};

/** The calls of endpoint owners and their results. */
export type OwnerResult = {
  /** How often each call succeeded. */
  readonly calls: ReadonlyMap<string, number>;
  /** Why each call failed last. */
  readonly lastFailures: ReadonlyMap<string, string>;
  /** Ids of the test deliveries that the API accepted, and of those that arrived. */
  readonly tests: readonly string[];
  readonly tested: ReadonlySet<string>;
};

export type EventsTableItem = Readonly<Record<string, unknown>>;

export type RejectedMessage = {
  readonly body: string;
  readonly code: string | undefined;
  readonly reason: string | undefined;
};

/** The deliveries that an organisation received, and its events that the API lists as failed with a reason. */
export type OrgDeliveries = {
  readonly org_id: string;
  readonly received: readonly ReceivedDelivery[];
  readonly givenUp: ReadonlySet<string>;
};

/** Responses 5xx in the access log of the API. */
export type ServerErrors = {
  readonly total: number;
  /** Those that no injected fault explains. */
  readonly unexplained: readonly string[];
};

const deadLetterQueues = [
  "ingest_dead_letters",
  "deliveries_dead_letters",
  "slow_deliveries_dead_letters",
  "replays_dead_letters",
  "sequencer_dead_letters",
  "fan_out_dead_letters",
  "audit_log_dead_letters",
];

export async function collectResult(
  stack: SoakStack,
  subscribers: readonly SoakSubscriber[],
  journal: ReaderJournal,
  owners: OwnerLog,
  serverErrors: () => ServerErrors,
  verify: () => ReturnType<typeof verifyLogs>,
): Promise<SoakResult> {
  const shown = new Map<string, string[]>();
  for (const org of stack.orgs) shown.set(org.org_id, await listEventIds(org, stack, journal));
  const deadLetters = new Map<string, string[]>();
  for (const name of deadLetterQueues)
    deadLetters.set(
      name,
      (await drain(stack, name)).map(({ Body = "" }) => Body),
    );
  const rejected = (await drain(stack, "rejected")).map(({ Body = "", MessageAttributes = {} }) => ({
    body: Body,
    code: MessageAttributes.code?.StringValue,
    reason: MessageAttributes.reason?.StringValue,
  }));
  const received: OrgDeliveries[] = [];
  for (const subscriber of subscribers) {
    const { org, receiver } = subscriber;
    received.push({
      org_id: org.org_id,
      received: [...receiver.received.values()],
      givenUp: await findGivenUpEvents(subscriber),
    });
  }
  return {
    stored: await scan(stack),
    ledger: await readLedgerLogs(stack),
    logs: await verify(),
    logged: auditLines(stack, "events"),
    shown,
    rejected,
    deadLetters,
    received,
    problems: { requests: subscribers.flatMap(({ receiver }) => receiver.problems), pages: journal.problems },
    serverErrors: serverErrors(),
    owners: {
      calls: new Map(ownerCalls.map((call) => [call, owners.count(call)])),
      lastFailures: owners.lastFailures,
      tests: owners.tests,
      tested: new Set(subscribers.flatMap(({ receiver }) => [...receiver.tests])),
    },
  };
}

async function listEventIds(
  org: SoakStack["orgs"][number],
  { api }: SoakStack,
  journal: ReaderJournal,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of readAllPages(api, org, 500, journal)) ids.push(...page.map(({ event_id }) => event_id));
  return ids;
}

async function scan({ dynamodb, eventsTable }: SoakStack): Promise<EventsTableItem[]> {
  const items: EventsTableItem[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const command = new ScanCommand({ TableName: eventsTable, ConsistentRead: true, ExclusiveStartKey: from });
    const response = await dynamodb.send(command);
    items.push(...(response.Items ?? []).map((item) => unmarshall(item)));
    from = response.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}
