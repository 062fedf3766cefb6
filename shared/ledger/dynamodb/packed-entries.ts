import type { AnchorEntry, EventEntry, LedgerEntry, TamperEntry } from "#shared/ledger/entry.ts";
import { ByteReader } from "./byte-reader.ts";

/** The first byte of a packed entry. */
const kinds = { event: 0, tamper: 1, anchor: 2 } as const;

/** The bit of an event's flags that is set if webhooks are sent for it. No other bit is defined. */
const notifiesFlag = 1;

const eventIdPrefix = "evt_";
const eventIdBytes = 16;
const digestBytes = 32;

/**
 * Packs entries, one after the other:
 *
 *   event   0, flags (1 byte), event id (16), occurred_at and recorded_at (8 each, signed milliseconds),
 *           entity_id, entity_type, action, SHA-256 (32)
 *   tamper  1, timeline, position, SHA-256 (32)
 *   anchor  2, SHA-256 (32)
 *
 * Numbers are big-endian. A text is its length in 2 bytes and its bytes in UTF-8.
 */
export function packEntries(entries: readonly LedgerEntry[]): Uint8Array {
  return Buffer.concat(entries.flatMap(packEntry));
}

/** Unpacks entries. Throws if the bytes are not what `packEntries` returns. */
export function unpackEntries(bytes: Uint8Array): LedgerEntry[] {
  const reader = new ByteReader(bytes);
  const entries: LedgerEntry[] = [];
  while (!reader.isAtEnd) entries.push(unpackEntry(reader));
  return entries;
}

function packEntry(entry: LedgerEntry): Uint8Array[] {
  switch (entry.kind) {
    case "event":
      return packEvent(entry);
    case "tamper":
      return [Buffer.of(kinds.tamper), ...packText(entry.timeline), ...packText(entry.position), entry.sha256];
    case "anchor":
      return [Buffer.of(kinds.anchor), entry.sha256];
  }
}

function packEvent(entry: EventEntry): Uint8Array[] {
  return [
    Buffer.of(kinds.event, entry.notifies ? notifiesFlag : 0),
    Buffer.from(entry.event_id.slice(eventIdPrefix.length), "hex"),
    packTime(entry.occurred_at),
    packTime(entry.recorded_at),
    ...packText(entry.entity_id),
    ...packText(entry.entity_type),
    ...packText(entry.action),
    entry.sha256,
  ];
}

function packTime(time: string): Uint8Array {
  const packed = Buffer.alloc(8);
  packed.writeBigInt64BE(BigInt(Date.parse(time)));
  return packed;
}

function packText(text: string): Uint8Array[] {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return [length, bytes];
}

function unpackEntry(reader: ByteReader): LedgerEntry {
  const kind = reader.readByte();
  switch (kind) {
    case kinds.event:
      return unpackEvent(reader);
    case kinds.tamper:
      return unpackTamper(reader);
    case kinds.anchor:
      return unpackAnchor(reader);
    default:
      throw new RangeError(`it has an entry of the unknown kind ${kind}`);
  }
}

// The values of an object literal are evaluated in the order in which they are written: the order of the packed bytes.

function unpackEvent(reader: ByteReader): EventEntry {
  const flags = reader.readByte();
  if (flags > notifiesFlag) throw new RangeError(`it has an entry with unknown flags ${flags}`);
  return {
    kind: "event",
    notifies: flags === notifiesFlag,
    event_id: eventIdPrefix + Buffer.from(reader.readBytes(eventIdBytes)).toString("hex"),
    occurred_at: reader.readTime(),
    recorded_at: reader.readTime(),
    entity_id: reader.readText(),
    entity_type: reader.readText(),
    action: reader.readText(),
    sha256: reader.readBytes(digestBytes),
  };
}

function unpackTamper(reader: ByteReader): TamperEntry {
  return {
    kind: "tamper",
    timeline: reader.readText(),
    position: reader.readText(),
    sha256: reader.readBytes(digestBytes),
  };
}

function unpackAnchor(reader: ByteReader): AnchorEntry {
  return { kind: "anchor", sha256: reader.readBytes(digestBytes) };
}
