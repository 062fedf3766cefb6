import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { type ExportedEntry, formatEntryLine } from "#shared/ledger/pack/entry-line.ts";
import { entryFileName } from "#shared/ledger/pack/manifest.ts";
import { entryCsvHeader, formatEntryCsv } from "./entry-csv.ts";

/** Entries of a file: a multiple of 256, so that files and tiles of the log end together. */
export const entriesPerFile = 100 * 256;

/** The file that is being written, with its table for spreadsheets if one was asked for. */
export class EntryFile {
  readonly name: string;
  readonly #folder: string;
  readonly #lines: FileHandle;
  readonly #table: FileHandle | null;

  private constructor(folder: string, name: string, handles: { lines: FileHandle; table: FileHandle | null }) {
    this.#folder = folder;
    this.name = name;
    this.#lines = handles.lines;
    this.#table = handles.table;
  }

  /** Begins a file, in place of one that was not completed. */
  static async create(folder: string, first: number, format: "jsonl" | "csv"): Promise<EntryFile> {
    const name = entryFileName(first);
    const lines = await open(partOf(folder, name), "w");
    const table = format === "csv" ? await open(partOf(folder, tableOf(name)), "w") : null;
    await table?.write(entryCsvHeader);
    return new EntryFile(folder, name, { lines, table });
  }

  async write(entries: readonly ExportedEntry[]): Promise<void> {
    await this.#lines.write(entries.map((entry) => `${formatEntryLine(entry)}\n`).join(""));
    await this.#table?.write(entries.map(formatEntryCsv).join(""));
  }

  /** Gives the file and its table their names, once their bytes are on the disk. */
  async complete(): Promise<void> {
    await this.#lines.sync();
    await this.#table?.sync();
    await this.close();
    await rename(partOf(this.#folder, this.name), join(this.#folder, this.name));
    if (this.#table === null) return;
    await rename(partOf(this.#folder, tableOf(this.name)), join(this.#folder, tableOf(this.name)));
  }

  async close(): Promise<void> {
    await this.#lines.close();
    await this.#table?.close();
  }
}

function partOf(folder: string, name: string): string {
  return join(folder, `${name}.part`);
}

function tableOf(name: string): string {
  return name.replace(/jsonl$/, "csv");
}
