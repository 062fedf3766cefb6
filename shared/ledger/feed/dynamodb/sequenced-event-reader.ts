import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { sha256 } from "#sha256";
import { type DamagedItem, DamagedItemError } from "#shared/events/damaged-item.ts";
import { parseListedItem } from "#shared/events/dynamodb/parse-event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { SequencedEvent, SequencedEventReader } from "#shared/ledger/feed/resolve-entries.ts";
import { canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { eventKey } from "#shared/platform/dynamodb/keys.ts";
import { batchGet } from "#shared/platform/dynamodb/operations.ts";

export type SequencedEventReaderOptions = {
  readonly meter: ReadMeter;
  /** Called with items that have the digest of their entries, but are not events that this release can read. */
  readonly reportDamage: (items: readonly DamagedItem[]) => void;
};

type EventKey = ReturnType<typeof eventKey>;

/** Creates the reader of the events of entries, from the events table. */
export function createSequencedEventReader(
  client: DynamoDBClient,
  table: string,
  { meter, reportDamage }: SequencedEventReaderOptions,
): SequencedEventReader {
  const parse = (item: AttributeMap): SequencedEvent => {
    const canonical = canonicalEvent(item);
    return { event: parseOrReport(item, reportDamage), canonical, sha256: sha256(canonical) };
  };
  return {
    async get(orgId, entries, isConsistent) {
      const keyOf = (entry: (typeof entries)[number]) => eventKey(orgId, entry);
      const keys = new Map(entries.map((entry) => [toText(keyOf(entry)), keyOf(entry)]));
      await meter.next();
      let units = 0;
      try {
        const addUnits = (consumed: number) => {
          units += consumed;
        };
        const items = await batchGet(client, table, [...keys.values()], { isConsistent, addUnits });
        const found = new Map(items.map((item) => [toText(keyOfItem(item)), parse(item)]));
        return new Map(
          entries.flatMap((entry) => {
            const event = found.get(toText(keyOf(entry)));
            return event === undefined ? [] : [[entry, event] as const];
          }),
        );
      } finally {
        meter.add(units);
      }
    },
  };
}

function parseOrReport(
  item: AttributeMap,
  reportDamage: SequencedEventReaderOptions["reportDamage"],
): ActivityEvent | null {
  try {
    return parseListedItem(item, {});
  } catch (error) {
    if (!(error instanceof DamagedItemError)) throw error;
    reportDamage([error.item]);
    return null;
  }
}

function keyOfItem({ timeline, position }: AttributeMap): EventKey {
  return { timeline: timeline?.S ?? "", position: position?.S ?? "" };
}

function toText({ timeline, position }: EventKey): string {
  return JSON.stringify([timeline, position]);
}
