import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "#infra/local/demo/random.ts";
import type { SoakOrg, SoakStack } from "#test/soak/stack.ts";
import { compareByNewest, type ExpectedEvent, type Submissions } from "#test/soak/submissions.ts";
import { type ListedEvent, type ReaderJournal, readAllPages } from "./pages.ts";

const pauseMs = { low: 60, high: 180 };

/** Creates a client that pages through the lists of all organisations, again and again, until aborted. */
export function createReader(
  { api, orgs }: SoakStack,
  submissions: Submissions,
  random: Random,
  journal: ReaderJournal,
) {
  async function readOne(org: SoakOrg, signal: AbortSignal): Promise<void> {
    let last: ExpectedEvent | undefined;
    for await (const page of readAllPages(api, org, random.between(10, 200), journal, signal)) {
      for (const shown of page) {
        const event = findSent(shown, org);
        if (event === undefined) continue;
        if (last !== undefined && compareByNewest(last, event) >= 0) {
          journal.problems.push(
            `${event.event_id} is listed after ${last.event_id}, which is not older or not another.`,
          );
        }
        last = event;
      }
      await delay(random.between(pauseMs.low, pauseMs.high), undefined, { signal }).catch(() => {});
    }
  }

  function findSent({ event_id }: ListedEvent, { org_id }: SoakOrg): ExpectedEvent | undefined {
    const event = submissions.sent(event_id);
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
