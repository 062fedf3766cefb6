import { describe, expect, it, vi } from "vitest";
import { countReplay } from "#shared/webhooks/replays/count-replay.ts";
import { anEvent, testNow } from "#test/support/builders.ts";
import { aReplay, replayFixture } from "#test/support/webhooks/replay-fixture.ts";

const at = testNow.toISOString();

describe("countReplay", () => {
  it.each(["all", "failed"] as const)(
    "returns how many deliveries the replay then sends, and sends nothing: %s",
    async (only) => {
      const fixture = await replayFixture(1_100);
      await fixture.deliver(...fixture.messages.slice(0, 7));
      const range = aReplay({ only });
      const counted = await countReplay(fixture.replaying, fixture.endpoint, range, testNow);
      expect(counted).toEqual({ count: only === "all" ? 1_100 : 1_093, examined: 1_100, complete: true });
      expect(fixture.scheduled).toEqual([]);
      expect(await fixture.replay({ only })).toHaveLength(counted.count);
    },
  );

  it("stops after twenty pages and returns `complete: false`", async () => {
    const fixture = await replayFixture(0);
    const next = { occurred_at: at, event_id: "evt_1", entity_id: "inv_1" };
    const events = { readPage: vi.fn(async () => ({ events: [anEvent()], next })) };
    const counted = await countReplay({ ...fixture.replaying, events }, fixture.endpoint, aReplay(), testNow);
    expect(counted).toEqual({ count: 20, examined: 20, complete: false });
  });
});
