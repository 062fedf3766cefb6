import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "#infra/local/demo/random.ts";
import { byNewest, type Expected, type Ledger } from "#test/soak/ledger.ts";
import type { Org, SoakStack } from "#test/soak/stack.ts";
import { type Journal, type ShownEvent, walk } from "./pages.ts";

const pauseMs = { low: 60, high: 180 };

/** Creates a client that pages through the lists of all organisations, again and again, until aborted. */
export function reader({ api, orgs }: SoakStack, ledger: Ledger, random: Random, journal: Journal) {
  async function readOne(org: Org, signal: AbortSignal): Promise<void> {
    let last: Expected | undefined;
    for await (const page of walk(api, org, random.between(10, 200), journal, signal)) {
      for (const shown of page) {
        const event = knownAs(shown, org);
        if (event === undefined) continue;
        if (last !== undefined && byNewest(last, event) >= 0) {
          journal.problems.push(`${event.event_id} came after ${last.event_id}, which is not older or not another.`);
        }
        last = event;
      }
      await delay(random.between(pauseMs.low, pauseMs.high), undefined, { signal }).catch(() => {});
    }
  }

  function knownAs({ event_id }: ShownEvent, { org_id }: Org): Expected | undefined {
    const event = ledger.sent(event_id);
    if (event === undefined) journal.problems.push(`${event_id} is listed for ${org_id}, but was never written.`);
    else if (event.org_id !== org_id) journal.problems.push(`${event_id} of ${event.org_id} is listed for ${org_id}.`);
    return event;
  }

  return async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const org = orgs[random.between(0, orgs.length - 1)];
      if (org !== undefined) await readOne(org, signal);
    }
  };
}
