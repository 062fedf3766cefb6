import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { batch } from "#shared/platform/handlers/sqs-handler.ts";
import { type Metric, metrics } from "#shared/platform/names.ts";
import { aContext } from "#test/support/http-event.ts";
import { catchLog } from "#test/support/log-lines.ts";
import { aRecord } from "#test/support/queue-record.ts";

const records = (...ids: string[]) => ({ Records: ids.map((id) => aRecord(id)) });

describe("a record that fails", () => {
  it("is left to the queue, and its neighbours are done with", async () => {
    catchLog();
    const done: string[] = [];
    const handler = batch(async ({ messageId }) => {
      if (messageId === "b") throw new Error("poison");
      done.push(messageId);
      return metrics.eventsAppended;
    });
    const failures = { batchItemFailures: [{ itemIdentifier: "b" }] };
    expect(await handler(records("a", "b", "c"), aContext())).toEqual(failures);
    expect(done).toEqual(["a", "c"]);
  });

  it("may be any of them", async () => {
    catchLog();
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.uuid(), { maxLength: 10 }), fc.func(fc.boolean()), async (ids, isPoison) => {
        const handler = batch(async ({ messageId }) => {
          if (isPoison(messageId)) throw new Error("poison");
          return metrics.eventsAppended;
        });
        const { batchItemFailures } = (await handler(records(...ids), aContext())) ?? { batchItemFailures: null };
        expect(batchItemFailures).toEqual(
          ids.filter((id) => isPoison(id)).map((itemIdentifier) => ({ itemIdentifier })),
        );
      }),
    );
  });

  it("is told to the operator, with its cause and without its body", async () => {
    const lines = catchLog();
    const handler = batch(async () => {
      throw new Error("outer", { cause: new Error("inner") });
    });
    await handler({ Records: [aRecord("a", "secret")] }, aContext());
    expect(lines).toMatchObject([
      {
        level: "error",
        message: "record failed",
        message_id: "a",
        receive_count: 2,
        error_message: "outer",
        cause: { error_message: "inner" },
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });
});

it("works on all records at once", async () => {
  const gate = Promise.withResolvers<Metric>();
  const handle = vi.fn(() => gate.promise);
  const outcome = batch(handle)(records("a", "b", "c"), aContext());
  await vi.waitUntil(() => handle.mock.calls.length === 3);
  gate.resolve(metrics.eventsAppended);
  expect(await outcome).toEqual({ batchItemFailures: [] });
});

it("has nothing to say of an empty batch", async () => {
  const lines = catchLog();
  expect(await batch(async () => metrics.eventsAppended)(records(), aContext())).toEqual({ batchItemFailures: [] });
  expect(lines).toEqual([]);
});

it("counts a batch in one line of the log", async () => {
  const lines = catchLog();
  const outcome = { a: metrics.eventsAppended, b: metrics.eventsRejected, c: metrics.eventsAppended };
  await batch(async ({ messageId }) => outcome[messageId === "a" || messageId === "b" ? messageId : "c"])(
    records("a", "b", "c"),
    aContext(),
  );
  expect(lines).toMatchObject([{ EventsAppended: 2, EventsRejected: 1 }]);
});
