import { describe, expect, it } from "vitest";
import { EventLoop } from "#test/simulate/event-loop.ts";
import { FairQueue } from "#test/simulate/fair-queue.ts";

const settings = { visibilityMs: 1_000, maxReceives: 2 };

const names = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);

describe("FairQueue", () => {
  it("returns messages in the order of arrival while no group is noisy", () => {
    const queue = new FairQueue<string>(new EventLoop(), settings);
    queue.send("a", "a1");
    queue.send("b", "b1");
    expect(names(queue.receive(10))).toEqual(["a1", "b1"]);
  });

  it("returns messages of quiet groups before those of a noisy group", () => {
    const queue = new FairQueue<string>(new EventLoop(), settings);
    for (let n = 0; n < 100; n++) queue.send("noisy", `noisy ${n}`);
    queue.receive(40);
    queue.send("quiet", "quiet");
    expect(names(queue.receive(2))).toEqual(["quiet", "noisy 40"]);
  });

  it("makes a failed message visible after its visibility timeout, and a dead letter after its last receive", () => {
    const loop = new EventLoop();
    const queue = new FairQueue<string>(loop, settings);
    queue.send("a", "a1");
    for (const message of queue.receive(1)) queue.fail(message);
    expect(queue.receive(1)).toEqual([]);
    loop.run();
    const again = queue.receive(1);
    expect(names(again)).toEqual(["a1"]);
    for (const message of again) queue.fail(message);
    loop.run();
    expect(names(queue.deadLetters)).toEqual(["a1"]);
    expect(queue.inFlight).toBe(0);
  });

  it("does not count delayed messages as in flight", () => {
    const loop = new EventLoop();
    const queue = new FairQueue<string>(loop, settings);
    queue.send("a", "a1", 5_000);
    expect([queue.inFlight, queue.hasMessages]).toEqual([0, false]);
    loop.run();
    expect([loop.now, queue.hasMessages]).toEqual([5_000, true]);
  });
});
