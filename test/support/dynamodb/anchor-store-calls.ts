import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AppendRoundPorts, PublishRoundsPorts } from "#shared/ledger/anchors/ports.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { createAnchorProgressStore } from "#shared/ledger/dynamodb/anchor-progress-store.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createRoundStore } from "#shared/ledger/dynamodb/round-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { testNow } from "#test/support/builders.ts";
import { anchoredHeads } from "#test/support/ledger/anchors.ts";
import { chunksOf } from "#test/support/ledger/entries.ts";
import { type Calls, tables } from "./store-calls.ts";

const root = new Uint8Array(32);
const range = { level: 1, first: 0, end: 1 };

/** The store calls of the anchor function. */
export function anchorCalls(client: DynamoDBClient) {
  const ledger = createLedgerStore(client, tables.ledger);
  const rounds = createRoundStore(client, tables.ledger);
  const progress = createAnchorProgressStore(client, { table: tables.config, ledgerTable: tables.ledger });
  const checkpoints = createCheckpointStore(client, tables.config);
  const checkpoint = { size: 1, frontier: [root], note: "note", signed_at: testNow.toISOString() };
  const entries = Array.from({ length: 256 }, () => ({ kind: "anchor" as const, sha256: root }));
  const [full] = chunksOf(entries);
  return {
    ledger: {
      getNewestChunk: () => ledger.getNewestChunk(anchorsLog, true),
      listChunks: () => ledger.listChunks(anchorsLog, { from: 0, isConsistent: true }),
      // With the root of a tile: a transaction.
      put: async () => full && ledger.put(anchorsLog, full.chunk, full.tileRoots),
    } satisfies Calls<AppendRoundPorts["ledger"] & PublishRoundsPorts["ledger"]>,
    rounds: {
      put: () => rounds.put(root, { heads: anchoredHeads(1), seed: root }),
      get: () => rounds.get(root),
    } satisfies Calls<AppendRoundPorts["rounds"] & PublishRoundsPorts["rounds"]>,
    progress: { get: () => progress.get("folder"), put: () => progress.put("folder", 1) } satisfies Calls<
      PublishRoundsPorts["progress"]
    >,
    checkpoints: {
      ...publicAnchorCalls(client).checkpoints,
      put: () => checkpoints.put(anchorsLog, checkpoint, null),
    } satisfies Calls<PublishRoundsPorts["checkpoints"]>,
    tiles: publicAnchorCalls(client).tiles,
  };
}

/** The store calls of the function that serves the log of anchors. */
export function publicAnchorCalls(client: DynamoDBClient) {
  const checkpoints = createCheckpointStore(client, tables.config);
  const tiles = createTileStore(client, tables.ledger);
  return {
    checkpoints: {
      getLatest: () => checkpoints.getLatest(anchorsLog),
      findBySize: () => checkpoints.findBySize(anchorsLog, { min: 1, max: 2 }),
    },
    tiles: {
      listChunks: () => tiles.listChunks(anchorsLog, { ...range, level: 0 }, true),
      listNodes: () => tiles.listNodes(anchorsLog, range, true),
    },
  };
}
