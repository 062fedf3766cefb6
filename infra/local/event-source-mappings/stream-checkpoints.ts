import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** The position of a stream source in each shard. */
export type StreamCheckpoints = {
  /** True when the source has never been opened on this data. */
  readonly isNew: boolean;
  /** Sequence number of the last record that was dealt with. */
  last(shardId: string): string | undefined;
  save(shardId: string, sequenceNumber: string): void;
};

const savedSchema = z.record(z.string(), z.string());

/** Keeps a source's progress in the data folder, so that a restart goes on where it was; in memory without a folder. */
export function openStreamCheckpoints(folder: string | undefined, sourceId: string): StreamCheckpoints {
  const file = folder === undefined ? undefined : join(folder, `${sourceId}.checkpoints.json`);
  const isNew = file === undefined || !existsSync(file);
  const progress = new Map(isNew ? [] : Object.entries(savedSchema.parse(JSON.parse(readFileSync(file, "utf8")))));

  function write(): void {
    if (file === undefined) return;
    writeFileSync(`${file}.partial`, JSON.stringify(Object.fromEntries(progress)));
    renameSync(`${file}.partial`, file);
  }

  if (isNew) write();
  return {
    isNew,
    last: (shardId) => progress.get(shardId),
    save(shardId, sequenceNumber) {
      progress.set(shardId, sequenceNumber);
      write();
    },
  };
}
