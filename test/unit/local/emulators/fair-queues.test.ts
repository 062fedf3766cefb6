import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConsumerShares } from "#infra/local/emulators/fair-queues/consumer-shares.ts";
import { FairBacklog } from "#infra/local/emulators/fair-queues/fair-backlog.ts";
import { InFlight } from "#infra/local/emulators/fair-queues/in-flight.ts";

type Message = {
  readonly id: number;
  readonly messageGroupId: string | undefined;
  readonly sentTimestamp: number;
};

/** A queue as a consumer sees it, at a time that the test moves. */
function aQueue() {
  let time = 0;
  let sent = 0;
  const now = () => time;
  const shares = new ConsumerShares(now);
  const backlog = new FairBacklog<Message>(shares, now);
  const inFlight = new InFlight<{ message: Message }>(shares, now);
  return {
    shares,
    backlog,
    inFlight,
    pass(ms: number) {
      time += ms;
    },
    send(messageGroupId: string | undefined, count = 1) {
      for (let n = 0; n < count; n++) backlog.push({ id: sent++, messageGroupId, sentTimestamp: time });
    },
    /** Receives so many messages; answers their groups. */
    receive(count = 1): (string | undefined)[] {
      return Array.from({ length: count }, () => {
        const message = backlog.shift();
        if (message === undefined) throw new Error("The queue is empty.");
        inFlight.set(String(message.id), { message });
        return message.messageGroupId;
      });
    },
    finish(group: string) {
      for (const [handle, { message }] of inFlight) if (message.messageGroupId === group) inFlight.delete(handle);
    },
  };
}

describe("fair queue", () => {
  it("returns messages in order of arrival while no group is noisy", () => {
    const { send, receive } = aQueue();
    for (const group of ["a", "b", undefined, "a", "c"]) send(group);
    expect(receive(5)).toEqual(["a", "b", undefined, "a", "c"]);
  });

  it("returns messages of quiet groups before those of a group with more than a tenth of the messages in flight", () => {
    const { send, receive } = aQueue();
    send("noisy", 100);
    receive(30);
    send("quiet", 2);
    send(undefined);
    expect(receive(5)).toEqual(["quiet", "quiet", undefined, "noisy", "noisy"]);
  });

  it("treats a group with fewer than 30 messages in flight as quiet, whatever its share", () => {
    const { send, receive } = aQueue();
    send("busy", 40);
    receive(29);
    send("other");
    expect(receive(1)).toEqual(["busy"]);
  });

  it("treats a group with 30 messages in flight as quiet when they are a tenth of all", () => {
    const { send, receive } = aQueue();
    for (let group = 0; group < 10; group++) send(`group ${group}`, 31);
    receive(310);
    send("group 0");
    send("other");
    expect(receive(2)).toEqual(["group 0", "other"]);
  });

  it("treats a group as noisy when it used consumers for most of the recent time", () => {
    const { send, receive, finish, pass } = aQueue();
    send("slow");
    send("fast");
    receive(2);
    pass(100);
    finish("fast");
    pass(10_000);
    finish("slow");
    send("slow", 2);
    send("fast");
    expect(receive(3)).toEqual(["fast", "slow", "slow"]);
  });

  it("reduces the recorded consumer time of a group over time", () => {
    const { send, receive, finish, pass } = aQueue();
    send("once slow");
    receive();
    pass(10_000);
    finish("once slow");
    pass(15 * 60_000);
    send("other");
    receive();
    pass(10);
    finish("other");
    send("once slow");
    send("another");
    expect(receive(2)).toEqual(["once slow", "another"]);
  });

  it("serves the noisy group with the fewest messages in flight first", () => {
    const { send, receive, finish } = aQueue();
    send("a", 40);
    receive(40);
    send("b", 35);
    receive(35);
    send("a", 2);
    send("b", 2);
    expect(receive(1)).toEqual(["b"]);
    finish("a");
    expect(receive(3)).toEqual(["a", "a", "b"]);
  });

  it("treats a group as quiet again when its backlog is drained", () => {
    const { send, receive, finish } = aQueue();
    send("noisy", 40);
    receive(40);
    finish("noisy");
    send("noisy");
    send("other");
    expect(receive(2)).toEqual(["noisy", "other"]);
  });

  it("keeps a group noisy while its backlog lasts, and for five minutes after the last message was sent", () => {
    const { send, receive, finish, pass } = aQueue();
    send("noisy", 40);
    receive(30);
    send("other");
    receive(1);
    finish("noisy");
    finish("other");
    send("other");
    expect(receive(1)).toEqual(["other"]);
    pass(5 * 60_000);
    send("other");
    expect(receive(1)).toEqual(["noisy"]);
  });

  it("returns each message once, for any sequence of operations", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("send" as const), group: fc.constantFrom("a", "b", undefined), count: fc.nat(50) }),
      fc.record({ kind: fc.constant("receive" as const), count: fc.nat(40) }),
      fc.record({ kind: fc.constant("finish" as const), group: fc.constantFrom("a", "b") }),
      fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(10, 60_000, 400_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = aQueue();
        let [sent, received] = [0, 0];
        for (const each of steps) {
          if (each.kind === "send") {
            queue.send(each.group, each.count);
            sent += each.count;
          } else if (each.kind === "receive") {
            received += queue.receive(Math.min(each.count, queue.backlog.length)).length;
          } else if (each.kind === "finish") queue.finish(each.group);
          else queue.pass(each.ms);
        }
        expect(queue.backlog.length).toBe(sent - received);
        const rest = [...queue.backlog].map(({ id }) => id);
        expect(new Set(rest).size).toBe(sent - received);
        const drained = Array.from({ length: sent - received }, () => queue.backlog.shift()?.id);
        expect(new Set(drained)).toEqual(new Set(rest));
        expect(queue.backlog.shift()).toBeUndefined();
      }),
    );
  });
});
