import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, expect, it, vi } from "vitest";
import * as z from "zod";
import { codeBlocks } from "#test/support/docs/pages.ts";

type ListedEvent = { readonly event_id: string; readonly occurred_at: string };
type PollState = { from: string; seen: Map<string, number> };
type Poll = (api: string, state: PollState, now: Date) => Promise<ListedEvent[]>;

const folder = mkdtempSync(join(tmpdir(), "activity-log-polling-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Imports `poll()` from the code block in docs/read-api.md. */
async function importDocumentedPoll(): Promise<Poll> {
  const block = codeBlocks.find(({ page, note }) => page === "docs/read-api.md" && note?.value === "poll.mjs");
  const file = join(folder, "poll.mjs");
  writeFileSync(file, block?.code ?? "");
  const moduleSchema = z.object({ poll: z.custom<Poll>((value) => typeof value === "function") });
  return moduleSchema.parse(await import(pathToFileURL(file).href)).poll;
}

/** Creates a `fetch` that behaves like the API: newest first, `since` is inclusive. It has two events on a page. */
function fakeApi(log: readonly ListedEvent[], fails: () => boolean) {
  return async (address: string) => {
    if (fails()) return new Response("busy", { status: 503 });
    const { searchParams } = new URL(address);
    const since = searchParams.get("since") ?? "";
    const offset = Number(searchParams.get("cursor") ?? 0);
    const matching = log.filter(({ occurred_at }) => occurred_at >= since);
    const sorted = matching.toSorted((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
    const link = `<https://api.example.com/?since=${since}&cursor=${offset + 2}>; rel="next"`;
    const headers = new Headers(sorted.length > offset + 2 ? { link } : {});
    return Response.json({ activity: sorted.slice(offset, offset + 2) }, { headers });
  };
}

const minuteMs = 60_000;
const start = Date.parse("2026-06-01T12:00:00Z");

/** Minutes before the last poll, after which every event is listed. */
const finalPause = 400;

type Arrival = { readonly minute: number; readonly delayMinutes: number };

function occurredAt({ minute, delayMinutes }: Arrival): string {
  return new Date(start + (minute - delayMinutes) * minuteMs).toISOString();
}

it("poll() of docs/read-api.md finds each event once, including late-arriving events", async () => {
  const poll = await importDocumentedPoll();
  /** The minute in which the API first lists an event, and the minutes since it occurred: fewer than `poll()` looks back. */
  const arrivalArbitrary = fc.record({
    minute: fc.integer({ min: 0, max: 300 }),
    delayMinutes: fc.integer({ min: 0, max: 59 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrivalArbitrary, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      async (arrivals, pauses, failures) => {
        const state: PollState = { from: new Date(start - 60 * minuteMs).toISOString(), seen: new Map() };
        const found: string[] = [];
        let minute = 0;
        for (const pause of [...pauses, finalPause]) {
          minute += pause;
          const log = arrivals.flatMap((arrival, index) =>
            arrival.minute <= minute ? [{ event_id: `evt_${index}`, occurred_at: occurredAt(arrival) }] : [],
          );
          // The last poll always succeeds; those before may fail.
          const fails = () => pause !== finalPause && failures.next().value === true;
          vi.stubGlobal("fetch", fakeApi(log, fails));
          const fresh = await poll("https://api.example.com", state, new Date(start + minute * minuteMs)).catch(
            () => [],
          );
          found.push(...fresh.map(({ event_id }) => event_id));
        }
        vi.unstubAllGlobals();
        expect(found.toSorted()).toEqual(arrivals.map((_, index) => `evt_${index}`).toSorted());
      },
    ),
  );
});
