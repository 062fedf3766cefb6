import { describe, expect, it } from "vitest";
import type { StoredState } from "#clients/cli/emit/find-stored.ts";
import { type SentEvent, waitUntilStored } from "#clients/cli/emit/wait-until-stored.ts";
import type { RejectedMessage } from "#clients/cli/rejected/rejected-queue.ts";
import type { Draft } from "#shared/events/parse-event.ts";
import { anEvent, testNow } from "#test/support/builders.ts";

type State = StoredState["state"];

/** A log in which each event, by its id, takes these states in turn and then stays in the last. */
function aLog(states: Readonly<Record<string, readonly State[]>>, rejected: readonly Partial<RejectedMessage>[] = []) {
  const clock = { ms: testNow.getTime() };
  const controller = new AbortController();
  const arrivals: number[] = [];
  /** How often the log had been looked at, each time that the dead letters were. */
  const watched: number[] = [];
  let looks = 0;
  return {
    clock,
    controller,
    arrivals,
    watched,
    settle: (sent: readonly SentEvent[]) =>
      waitUntilStored(sent, {
        now: () => new Date(clock.ms),
        sleep: async (milliseconds) => {
          clock.ms += milliseconds;
        },
        interruption: controller.signal,
        onStored: (events) => arrivals.push(events),
        async watch() {
          watched.push(looks);
        },
        async findStored(drafts: readonly Draft[]) {
          looks += 1;
          return drafts.map(({ event: { event_id } }): StoredState => {
            const known = states[event_id] ?? [];
            return { identity: event_id, state: known[looks - 1] ?? known.at(-1) ?? "absent" };
          });
        },
        listRejected: async () =>
          rejected.map((message) => ({
            message_id: null,
            code: null,
            reason: null,
            rejected_at: "",
            body: "",
            ...message,
          })),
      }),
  };
}

function sent(event_id: string, message_id: string, before: State = "absent"): SentEvent {
  return { draft: { event: anEvent({ event_id }), idempotencyKey: null }, message_id, before };
}

describe("waitUntilStored", () => {
  it("returns immediately when no events are pending", async () => {
    expect(await aLog({}).settle([])).toEqual([]);
  });

  it("distinguishes new from existing events, and waits for the last one", async () => {
    const {
      settle: wait,
      arrivals,
      watched,
    } = aLog({
      a: ["absent", "stored"],
      b: ["stored"],
      c: ["absent", "absent", "absent", "stored"],
    });
    expect(await wait([sent("a", "1"), sent("b", "2", "stored"), sent("c", "3")])).toEqual([
      "accepted",
      "repeated",
      "accepted",
    ]);
    expect(arrivals).toEqual([1, 2, 2, 3]);
    expect(watched).toEqual([1, 2, 3]);
  });

  it("counts an event of two messages once", async () => {
    const { settle: wait } = aLog({ a: ["absent", "stored"] });
    expect(await wait([sent("a", "1"), sent("a", "2")])).toEqual(["accepted", "repeated"]);
  });

  it("returns rejected events with the reason from the rejected queue", async () => {
    const { settle: wait } = aLog({ a: ["stored"], b: ["absent"] }, [
      { message_id: "2", reason: "too late" },
      { message_id: "9" },
    ]);
    expect(await wait([sent("a", "1"), sent("b", "2")])).toEqual(["accepted", { rejected: "too late" }]);
  });

  it("detects a conflict from the log when its rejected message is gone", async () => {
    const { settle: wait, clock } = aLog({ a: ["conflict"] });
    expect(await wait([sent("a", "1")])).toEqual([
      { rejected: "An event with this id already exists with different content." },
    ]);
    expect(clock.ms - testNow.getTime()).toBeGreaterThan(30_000);
  });

  it("stops after twenty minutes without progress, and says where to look", async () => {
    const { settle: wait, clock } = aLog({ a: ["absent"] });
    await expect(wait([sent("a", "1")])).rejects.toThrow(/1 events .* wait behind an import .* dead-letter queue/s);
    expect(clock.ms - testNow.getTime()).toBeGreaterThan(20 * 60_000);
  });

  it("stops when the user interrupts it", async () => {
    const { settle: wait, controller } = aLog({ a: ["absent"] });
    controller.abort();
    await expect(wait([sent("a", "1")])).rejects.toThrow(/abort/i);
  });
});
