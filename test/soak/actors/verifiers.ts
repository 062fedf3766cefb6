import * as z from "zod";
import type { Random } from "#infra/local/demo/random.ts";
import { type NamedFile, verifyFiles } from "#shared/ledger/verification/verify-files.ts";
import { fetchPage, type ReaderJournal } from "#test/soak/actors/pages.ts";
import type { SoakOrg } from "#test/soak/stack.ts";

const changesSchema = z.object({
  changes: z.array(
    z.object({
      sequence: z.number(),
      activity: z.nullable(z.object({ event_id: z.string() })),
      reason: z.optional(z.string()),
    }),
  ),
  page_context: z.object({ has_more_page: z.boolean() }),
});

const keysSchema = z.object({ keys: z.array(z.object({ origin: z.string(), verification_key: z.string() })) });

/** One number of the change feed: its event, or the reason why it has none. */
export type FedChange = { readonly sequence: number; readonly event_id: string | null; readonly reason: string | null };

/** What was verified offline, and what was not valid. */
export type Verified = { readonly count: number; readonly problems: readonly string[] };

/** Reads the log of an organisation as a partner does who does not trust the API. */
export class LogReader {
  readonly #api: string;
  readonly #org: SoakOrg;
  readonly #journal: ReaderJournal;

  constructor(api: string, org: SoakOrg, journal: ReaderJournal) {
    this.#api = api;
    this.#org = org;
    this.#journal = journal;
  }

  /** Returns all numbers of the change feed. */
  async readFeed(): Promise<FedChange[]> {
    const fed: FedChange[] = [];
    for (let hasMore = true; hasMore; ) {
      const text = await this.#get(`changes?limit=1000&after=${fed.length}`);
      if (text === null) return fed;
      const { changes, page_context } = changesSchema.parse(JSON.parse(text));
      for (const { sequence, activity, reason = null } of changes) {
        fed.push({ sequence, event_id: activity?.event_id ?? null, reason });
      }
      hasMore = page_context.has_more_page;
    }
    return fed;
  }

  /** Returns the latest checkpoint; `null` if the log is empty. */
  async getCheckpoint(): Promise<string | null> {
    const response = await fetch(`${this.#api}/api/public/v1/activity/checkpoint`, { headers: this.#headers() });
    const text = await response.text();
    return response.status === 200 ? text : null;
  }

  /** Verifies the proofs of some entries, and that the log has only grown since a checkpoint. */
  async verify(sequences: readonly number[], older: string | null): Promise<Verified> {
    const files: NamedFile[] = [];
    const problems: string[] = [];
    const add = async (path: string, before: string | null) => {
      const text = await this.#get(path);
      if (text === null) problems.push(`${path} was not returned.`);
      else files.push({ file: path, text, older: before });
    };
    for (const sequence of sequences) await add(`changes/${sequence}/proof`, null);
    if (older !== null) await add(`consistency?from=${older.split("\n")[1]}`, older);
    const results = await verifyFiles(files, { log: await this.#getKeys(), witnesses: [] });
    for (const { file, ...found } of results) {
      if (found.result !== "valid") problems.push(`${this.#org.org_id}: ${file}: ${found.message}`);
    }
    return { count: files.length, problems };
  }

  async #getKeys(): Promise<string[]> {
    const text = await this.#get(`keys?organization_id=${this.#org.org_id}`);
    const { keys } = keysSchema.parse(JSON.parse(text ?? "{}"));
    const own = keys.filter(({ origin }) => origin.endsWith(`/${this.#org.org_id}`));
    return own.map(({ verification_key }) => verification_key);
  }

  async #get(path: string): Promise<string | null> {
    const url = `${this.#api}/api/public/v1/activity/${path}`;
    const response = await fetchPage(url, this.#headers(), this.#journal);
    return response === undefined ? null : response.text();
  }

  #headers() {
    return { authorization: `Bearer ${this.#org.token}`, "x-aibooks-org": this.#org.org_id };
  }
}

/** Proofs that are verified at the end, of all logs together. */
const proofCount = 100;

/** Reads the feed of each log, and verifies some of its entries. `older` has a checkpoint of each log from before the load. */
export async function verifyLogs(
  readers: ReadonlyMap<string, LogReader>,
  older: ReadonlyMap<string, string | null>,
  random: Random,
): Promise<{ readonly fed: ReadonlyMap<string, readonly FedChange[]>; readonly verified: Verified }> {
  const fed = new Map<string, FedChange[]>();
  const all: Verified[] = [];
  for (const [org, reader] of readers) {
    const changes = await reader.readFeed();
    fed.set(org, changes);
    const count = Math.min(changes.length, Math.ceil(proofCount / readers.size));
    const sequences = Array.from({ length: count }, () => random.between(1, changes.length));
    all.push(await reader.verify(sequences, older.get(org) ?? null));
  }
  const sum = all.reduce((total, { count }) => total + count, 0);
  return { fed, verified: { count: sum, problems: all.flatMap(({ problems }) => problems) } };
}
