import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { JsonObject } from "#shared/events/text/json.ts";
import { auditLines } from "#test/support/audit-lines.ts";
import { givenUp } from "./deliveries.ts";
import { type OwnerLog, ownerCalls } from "./owners.ts";
import { type Journal, walk } from "./pages.ts";
import { drain } from "./queues.ts";
import type { Told } from "./receivers.ts";
import type { SoakStack } from "./stack.ts";
import type { Subscriber } from "./subscribers.ts";

/** What a stack holds, shows and has told at the end of a soak. */
export interface Found {
  /** Items of the events table. */
  readonly stored: readonly Item[];
  /** Lines of the log that auditors read. */
  readonly logged: readonly JsonObject[];
  /** Ids of the events that are shown to each organisation, page after page. */
  readonly shown: ReadonlyMap<string, readonly string[]>;
  readonly rejected: readonly Rejected[];
  /** What nobody could deal with: the messages of each queue of faults. */
  readonly left: ReadonlyMap<string, readonly string[]>;
  readonly told: readonly ToldOrg[];
  /** What is wrong with requests that receivers got, and with pages that readers got. */
  readonly problems: { readonly requests: readonly string[]; readonly pages: readonly string[] };
  readonly serverErrors: ServerErrors;
  readonly owners: FoundOwners;
}

/** What owners of endpoints asked for and got. */
export interface FoundOwners {
  /** How often each call succeeded. */
  readonly calls: ReadonlyMap<string, number>;
  /** Test deliveries that were promised, and those of them that came. */
  readonly tests: readonly string[];
  readonly tested: ReadonlySet<string>;
}

export type Item = Readonly<Record<string, unknown>>;

export interface Rejected {
  readonly body: string;
  readonly code: string | undefined;
  readonly reason: string | undefined;
}

/** What an organisation was told, and which of its events the API lists as given up, with a reason. */
export interface ToldOrg {
  readonly org_id: string;
  readonly told: readonly Told[];
  readonly givenUp: ReadonlySet<string>;
}

/** Answers 5xx in the log of the API. */
export interface ServerErrors {
  readonly total: number;
  /** Those that no fault explains. */
  readonly unexplained: readonly string[];
}

const queuesOfFaults = [
  "ingest_dead_letters",
  "deliveries_dead_letters",
  "slow_deliveries_dead_letters",
  "replays_dead_letters",
  "unread",
  "unlogged",
];

export async function gather(
  stack: SoakStack,
  subscribers: readonly Subscriber[],
  journal: Journal,
  owners: OwnerLog,
  serverErrors: () => ServerErrors,
): Promise<Found> {
  const shown = new Map<string, string[]>();
  for (const org of stack.orgs) shown.set(org.org_id, await idsShownTo(org, stack, journal));
  const left = new Map<string, string[]>();
  for (const name of queuesOfFaults)
    left.set(
      name,
      (await drain(stack, name)).map(({ Body = "" }) => Body),
    );
  const rejected = (await drain(stack, "rejected")).map(({ Body = "", MessageAttributes = {} }) => ({
    body: Body,
    code: MessageAttributes.code?.StringValue,
    reason: MessageAttributes.reason?.StringValue,
  }));
  const told: ToldOrg[] = [];
  for (const subscriber of subscribers) {
    const { org, receiver } = subscriber;
    told.push({ org_id: org.org_id, told: [...receiver.told.values()], givenUp: await givenUp(subscriber) });
  }
  return {
    stored: await scan(stack),
    logged: auditLines(stack, "events"),
    shown,
    rejected,
    left,
    told,
    problems: { requests: subscribers.flatMap(({ receiver }) => receiver.problems), pages: journal.problems },
    serverErrors: serverErrors(),
    owners: {
      calls: new Map(ownerCalls.map((call) => [call, owners.count(call)])),
      tests: owners.tests,
      tested: new Set(subscribers.flatMap(({ receiver }) => [...receiver.tests])),
    },
  };
}

async function idsShownTo(org: SoakStack["orgs"][number], { api }: SoakStack, journal: Journal): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of walk(api, org, 500, journal)) ids.push(...page.map(({ event_id }) => event_id));
  return ids;
}

async function scan({ dynamodb, eventsTable }: SoakStack): Promise<Item[]> {
  const items: Item[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const command = new ScanCommand({ TableName: eventsTable, ConsistentRead: true, ExclusiveStartKey: from });
    const answer = await dynamodb.send(command);
    items.push(...(answer.Items ?? []).map((item) => unmarshall(item)));
    from = answer.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}
