import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { StackConnection } from "#clients/cli/stack/resolve-stack.ts";
import { ActivityError } from "#shared/errors.ts";
import { type AppendStore, append, type IdempotencyRecord } from "#shared/events/append.ts";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import { parseEventItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { Draft } from "#shared/events/parse-event.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { eventKey, idempotencyRecordKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet } from "#shared/platform/dynamodb/operations.ts";

/** Whether the log has an event: absent, stored as sent, or stored with other content under the same id. */
export type StoredState = { readonly state: "absent" | "stored" | "conflict"; readonly identity: string };

/** Returns the current state of each event, in order. */
export type FindStored = (drafts: readonly Draft[]) => Promise<StoredState[]>;

/** Creates a lookup with consistent reads of the tables of the stack. It compares events by the rule of `append`. */
export function createFindStored({
  tables,
  clientConfig,
}: Pick<StackConnection, "tables" | "clientConfig">): FindStored {
  const client = new DynamoDBClient(clientConfig("dynamodb"));

  return async (drafts) => {
    const pins = await readAll(client, tables.config, drafts.flatMap(pinKeyOf));
    const pinned = drafts.map((draft): ActivityEvent => ({ ...draft.event, ...pinOf(draft, pins) }));
    const events = await readAll(client, tables.events, pinned.map(keyOf));
    const identities = pinned.map((event) => keyText(keyOf(event)));
    return Promise.all(
      drafts.map(async (draft, at) => {
        const identity = identities[at] ?? "";
        const item = events.get(identity);
        return { identity, state: await classify(draft, item ?? null, pinOf(draft, pins)) };
      }),
    );
  };
}

/** Appends to a store with only the found item: a repeat means that the event is stored. */
async function classify(
  draft: Draft,
  item: AttributeMap | null,
  pin: IdempotencyRecord | null,
): Promise<StoredState["state"]> {
  const stored = async () => (item === null ? null : parseEventItem(item));
  const store: AppendStore = { put: stored, claimKey: async (_org, _key, own) => pin ?? own };
  try {
    return (await append(store, draft)) === "repeated" ? "stored" : "absent";
  } catch (error) {
    if (error instanceof ActivityError && error.code === "conflict") return "conflict";
    // As at ingest: a damaged item keeps the key.
    if (error instanceof DamagedItemError) return "conflict";
    throw error;
  }
}

type ItemKey = Readonly<Record<string, string>>;

function keyOf(event: ActivityEvent): ItemKey {
  return eventKey(event.org_id, event);
}

function pinKeyOf({ event, idempotencyKey }: Draft): ItemKey[] {
  return idempotencyKey === null ? [] : [idempotencyRecordKey(event.org_id, idempotencyKey)];
}

function pinOf(draft: Draft, pins: ReadonlyMap<string, AttributeMap>): IdempotencyRecord | null {
  const [key] = pinKeyOf(draft);
  const { event_id, occurred_at, entity_id } = (key && pins.get(keyText(key))) ?? {};
  if (event_id?.S === undefined || occurred_at?.S === undefined || entity_id?.S === undefined) return null;
  // The writer does not matter here: the event exists under this id.
  return { event_id: event_id.S, occurred_at: occurred_at.S, entity_id: entity_id.S, writer: null };
}

/** Returns a key as text, independent of the order of its attributes. */
function keyText(key: ItemKey): string {
  return JSON.stringify(Object.entries(key).sort());
}

/** Reads the items of these keys; returns the existing ones by the text of their keys. */
async function readAll(
  client: DynamoDBClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<Map<string, AttributeMap>> {
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const attributes = Object.keys(distinct[0] ?? {});
  const keyOf = (item: AttributeMap): ItemKey =>
    Object.fromEntries(attributes.map((name) => [name, item[name]?.S ?? ""]));
  const items = await batchGet(client, table, distinct);
  return new Map(items.map((item) => [keyText(keyOf(item)), item]));
}
