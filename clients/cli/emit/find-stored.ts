import { type AttributeValue, BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Target } from "#clients/cli/stack.ts";
import { ActivityError } from "#shared/errors.ts";
import { type AppendStore, append, type Pin } from "#shared/events/append.ts";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { Draft } from "#shared/events/parse-event.ts";
import { textAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { pinKey, positionKey, timelineKey } from "#shared/platform/dynamodb/keys.ts";

/** How an event stands in the log: not at all, as it was sent, or as another under the same identity. */
export type Standing = { readonly state: "absent" | "stands" | "conflict"; readonly identity: string };

/** Tells of each event, in order, how it stands right now. */
export type Lookup = (drafts: readonly Draft[]) => Promise<Standing[]>;

/**
 * Reads the stack's tables, consistently. What stands is judged by the very rule that the ingest function appends by.
 */
export function createLookup({ tables, clientConfig }: Pick<Target, "tables" | "clientConfig">): Lookup {
  const client = new DynamoDBClient(clientConfig("dynamodb"));

  return async (drafts) => {
    const pins = await readAll(client, tables.config, drafts.flatMap(pinKeyOf));
    const pinned = drafts.map((draft): ActivityEvent => ({ ...draft.event, ...pinOf(draft, pins) }));
    const events = await readAll(client, tables.events, pinned.map(eventKey));
    const identities = pinned.map((event) => nameOf(eventKey(event)));
    return Promise.all(
      drafts.map(async (draft, at) => {
        const identity = identities[at] ?? "";
        const item = events.get(identity);
        return { identity, state: await judge(draft, item ?? null, pinOf(draft, pins)) };
      }),
    );
  };
}

/** Appends to a store that holds just what was found, and keeps nothing: a repeat then means that the event stands. */
async function judge(draft: Draft, item: Item | null, pin: Pin | null): Promise<Standing["state"]> {
  const standing = async () => (item === null ? null : parseEventItem(item));
  const store: AppendStore = { put: standing, pin: async (_org, _key, own) => pin ?? own };
  try {
    return (await append(store, draft)) === "repeated" ? "stands" : "absent";
  } catch (error) {
    if (error instanceof ActivityError && error.code === "conflict") return "conflict";
    // As at ingest: what is not an event has the place, and keeps it.
    if (error instanceof DamagedItemError) return "conflict";
    throw error;
  }
}

type Key = Readonly<Record<string, string>>;
type Item = Record<string, AttributeValue>;

function eventKey({ org_id, entity_id, occurred_at, event_id }: ActivityEvent): Key {
  return { timeline: timelineKey(org_id, entity_id), position: positionKey(occurred_at, event_id) };
}

function pinKeyOf({ event, idempotencyKey }: Draft): Key[] {
  return idempotencyKey === null ? [] : [pinKey(event.org_id, idempotencyKey)];
}

function pinOf(draft: Draft, pins: ReadonlyMap<string, Item>): Pin | null {
  const [key] = pinKeyOf(draft);
  const { event_id, occurred_at, entity_id } = (key && pins.get(nameOf(key))) ?? {};
  if (event_id?.S === undefined || occurred_at?.S === undefined || entity_id?.S === undefined) return null;
  // Whose it is, is not asked: an event under this identity is there, whoever wrote it.
  return { event_id: event_id.S, occurred_at: occurred_at.S, entity_id: entity_id.S, writer: null };
}

/** A key as one text, whatever the order of its attributes. */
function nameOf(key: Key): string {
  return JSON.stringify(Object.entries(key).sort());
}

/** The items of these keys that exist, by the names of their keys. */
async function readAll(client: DynamoDBClient, table: string, keys: readonly Key[]): Promise<Map<string, Item>> {
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const attributes = Object.keys(distinct[0] ?? {});
  const found = new Map<string, Item>();
  for (let at = 0; at < distinct.length; at += 100) {
    let wanted: Item[] = distinct.slice(at, at + 100).map(textAttributes);
    while (wanted.length > 0) {
      const RequestItems = { [table]: { Keys: wanted, ConsistentRead: true } };
      const answer = await client.send(new BatchGetItemCommand({ RequestItems }));
      for (const item of answer.Responses?.[table] ?? []) {
        found.set(nameOf(Object.fromEntries(attributes.map((name) => [name, item[name]?.S ?? ""]))), item);
      }
      wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return found;
}
