import { CliError } from "#clients/cli/command-result.ts";
import { basePath } from "#clients/client/finzbooks/cursor-list.ts";
import { createProofs } from "#clients/client/finzbooks/proofs.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import { formatTilePath } from "#shared/ledger/formats/tile-path.ts";
import type { Frontier } from "#shared/ledger/merkle/frontier.ts";
import { subtreesOf } from "#shared/ledger/merkle/subtrees.ts";
import { type Tile, tileWidth } from "#shared/ledger/merkle/tile.ts";
import { createTileSubtreeReader } from "#shared/ledger/merkle/tile-reader.ts";
import { type ExportedEntry, parseEntryLine } from "#shared/ledger/pack/entry-line.ts";

/** Entries of one page: the most that the API returns. */
const pageSize = 1_000;

const hashBytes = 32;

/** The log of an organisation, as the API has it. */
export type LogSource = {
  /** Returns the latest checkpoint, as a signed note, or one that covers a sequence. */
  getCheckpoint(sequence: number | null): Promise<string>;
  /** Returns the proof that the log of `to` entries continues that of `from`. */
  getConsistency(from: number, to: number): Promise<string>;
  /** Returns the entries after a sequence, at least one and at most `count`. */
  readEntries(after: number, count: number): Promise<readonly ExportedEntry[]>;
  /** Returns the roots of the entries up to a sequence, of a log with a signed checkpoint of `size` entries. */
  readFrontier(sequence: number, size: number): Promise<Frontier>;
};

/** Creates a source. Its methods throw `ActivityLogError`, and `CliError` for a page without the entries asked for. */
export function createLogSource(connection: Connection, options: RequestOptions): LogSource {
  const proofs = createProofs(connection);
  return {
    getCheckpoint: (sequence) => proofs.checkpoint(sequence === null ? {} : { sequence }, options),
    getConsistency: (from, to) => proofs.consistency({ from, to }, options),
    async readEntries(after, count) {
      const query = { after, limit: Math.min(pageSize, count) };
      const { text } = await send(connection, { method: "GET", path: `${basePath}/activity/export`, query }, options);
      if (text === "")
        throw new CliError("failed", `The log ends at ${after}, before its checkpoint. Tell the operator.`);
      return text.trimEnd().split("\n").map(parseEntryLine);
    },
    readFrontier(sequence, size) {
      const readTile = async ({ level, index }: Tile) => {
        const count = Math.floor(size / tileWidth ** level);
        const width = Math.min(tileWidth, count - index * tileWidth);
        const path = `${basePath}/activity/log/${formatTilePath({ level, index, width })}`;
        return toHashes((await send(connection, { method: "GET", path }, options)).bytes);
      };
      return createTileSubtreeReader(readTile)(subtreesOf({ start: 0, end: sequence }));
    },
  };
}

function toHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / hashBytes }, (_, at) =>
    bytes.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}
