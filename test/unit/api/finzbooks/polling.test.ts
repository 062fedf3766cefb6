import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, expect, it, vi } from "vitest";
import * as z from "zod";

type Listed = { readonly event_id: string; readonly occurred_at: string };
type State = { from: string; seen: Map<string, number> };
type Poll = (api: string, state: State, now: Date) => Promise<Listed[]>;

const folder = mkdtempSync(join(tmpdir(), "activity-log-polling-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The function of docs/api-finzbooks.md. */
async function shownPoll(): Promise<Poll> {
  const [, code = ""] = /## Polling\n.*?```js\n(.*?)```/s.exec(readFileSync("docs/api-finzbooks.md", "utf8")) ?? [];
  const file = join(folder, "poll.mjs");
  writeFileSync(file, code);
  const shown = z.object({ poll: z.custom<Poll>((value) => typeof value === "function") });
  return shown.parse(await import(pathToFileURL(file).href)).poll;
}

/** An API that lists events newest first, two on a page, as the real one does: `since` is inclusive. */
function listing(log: readonly Listed[], fails: () => boolean) {
  return async (address: string) => {
    if (fails()) return new Response("busy", { status: 503 });
    const { searchParams } = new URL(address);
    const since = searchParams.get("since") ?? "";
    const offset = Number(searchParams.get("cursor") ?? 0);
    const all = log.filter(({ occurred_at }) => occurred_at >= since);
    const sorted = all.toSorted((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
    const link = `<https://api.example.com/?since=${since}&cursor=${offset + 2}>; rel="next"`;
    const headers = new Headers(sorted.length > offset + 2 ? { link } : {});
    return Response.json({ activity: sorted.slice(offset, offset + 2) }, { headers });
  };
}

const minuteMs = 60_000;
const start = Date.parse("2026-06-01T12:00:00Z");

it("poll() of docs/api-finzbooks.md finds each event once, also one that arrives late with an older time", async () => {
  const poll = await shownPoll();
  /** In which minute an event arrives, and how many minutes after it happened: fewer than the overlap. */
  const arrival = fc.record({ at: fc.integer({ min: 0, max: 300 }), late: fc.integer({ min: 0, max: 59 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      async (arrivals, pauses, failures) => {
        const state: State = { from: new Date(start - 60 * minuteMs).toISOString(), seen: new Map() };
        const found: string[] = [];
        let minute = 0;
        for (const pause of [...pauses, 400]) {
          minute += pause;
          const log = arrivals.flatMap(({ at, late }, index) =>
            at <= minute
              ? [{ event_id: `evt_${index}`, occurred_at: new Date(start + (at - late) * minuteMs).toISOString() }]
              : [],
          );
          // The last poll comes through, whatever happened to those before.
          const fails = () => pause !== 400 && failures.next().value === true;
          vi.stubGlobal("fetch", listing(log, fails));
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
