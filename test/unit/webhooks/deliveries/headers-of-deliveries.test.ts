import { describe, expect, it, vi } from "vitest";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { whereAnswers } from "#test/support/mutable-events.ts";

const message = aDeliveryMessage();
const headers = { "X-Api-Key": "key-of-the-gateway", Authorization: "Basic dXNlcjpwYXNz" };
const sealed = { names: Object.keys(headers), sealed: JSON.stringify(headers) };

describe("the headers of an endpoint", () => {
  it("come with each attempt, beside those of the log", async () => {
    const world = await whereAnswers({ status: 204 }, { headers: sealed });
    expect(await world.deliver(message)).toEqual(["succeeded"]);
    const [received] = world.received;
    expect(received?.headers).toMatchObject({ ...headers, "webhook-id": message.delivery_id });
    expect(Object.keys(received?.headers ?? {})).toHaveLength(9 + 2);
  });

  it("come with a test, too", async () => {
    const world = await whereAnswers({ status: 204 }, { headers: sealed });
    await world.deliver({ ...message, event: null, urgent: true });
    expect(world.received[0]?.headers).toMatchObject(headers);
  });

  it("replace none of the log's own", async () => {
    const forged = { "webhook-id": "forged", "Webhook-Signature": "v1,forged", "x-aibooks-event": "forged" };
    const world = await whereAnswers({}, { headers: { names: ["X-A"], sealed: JSON.stringify(forged) } });
    await world.deliver(message);
    expect(JSON.stringify(world.received[0]?.headers)).not.toContain("forged");
  });

  it("are in no attempt, though the receiver repeats them", async () => {
    const world = await whereAnswers(
      { status: 401, headers: { "x-got": headers.Authorization }, body: `unknown key ${headers["X-Api-Key"]}` },
      { headers: sealed },
    );
    await world.deliver(message);
    const attempts = await world.attemptsOf(message);
    expect(attempts).toMatchObject([{ status: 401, headers: { "x-got": "…" }, body: "unknown key …" }]);
    expect(JSON.stringify([attempts, world.told, world.scheduled])).not.toMatch(/key-of-the-gateway|dXNlcjpwYXNz/);
  });

  it("that are damaged fail the delivery, and show nothing", async () => {
    const world = await whereAnswers({}, { headers: { names: ["X-Api-Key"], sealed: '{"X-Api-Key":"key-of' } });
    expect(await world.deliver(message)).toEqual(["rejected"]);
    expect(world.received).toEqual([]);
  });

  it("cost an endpoint without any nothing", async () => {
    const world = await whereAnswers({ status: 204 });
    const open = vi.spyOn(world.world.box, "open");
    await world.deliver(message);
    expect(open.mock.calls.map(([, , content = "secret"]) => content)).toEqual(["secret"]);
  });
});
