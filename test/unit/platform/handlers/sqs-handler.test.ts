import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createSqsHandler } from "#shared/platform/handlers/sqs-handler.ts";
import { type MetricName, metricNames } from "#shared/platform/observability/metric-names.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { buildSqsRecord } from "#test/support/events/sqs-record.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

const records = (...ids: string[]) => ({ Records: ids.map((id) => buildSqsRecord(id)) });

describe("createSqsHandler", () => {
  it("reports a failed record and processes the others", async () => {
    captureLogLines();
    const done: string[] = [];
    const handler = createSqsHandler(async ({ messageId }) => {
      if (messageId === "b") throw new Error("poison");
      done.push(messageId);
      return metricNames.eventsAppended;
    });
    const failures = { batchItemFailures: [{ itemIdentifier: "b" }] };
    expect(await handler(records("a", "b", "c"), buildLambdaContext())).toEqual(failures);
    expect(done).toEqual(["a", "c"]);
  });

  it("reports exactly the failed records of any batch", async () => {
    captureLogLines();
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.uuid(), { maxLength: 10 }), fc.func(fc.boolean()), async (ids, isPoison) => {
        const handler = createSqsHandler(async ({ messageId }) => {
          if (isPoison(messageId)) throw new Error("poison");
          return metricNames.eventsAppended;
        });
        const { batchItemFailures } = (await handler(records(...ids), buildLambdaContext())) ?? {
          batchItemFailures: null,
        };
        expect(batchItemFailures).toEqual(
          ids.filter((id) => isPoison(id)).map((itemIdentifier) => ({ itemIdentifier })),
        );
      }),
    );
  });

  it("logs a failed record with the cause and without the body", async () => {
    const lines = captureLogLines();
    const handler = createSqsHandler(async () => {
      throw new Error("outer", { cause: new Error("inner") });
    });
    await handler({ Records: [buildSqsRecord("a", "secret")] }, buildLambdaContext());
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

  it("processes all records concurrently", async () => {
    const gate = Promise.withResolvers<MetricName>();
    const handle = vi.fn(() => gate.promise);
    const outcome = createSqsHandler(handle)(records("a", "b", "c"), buildLambdaContext());
    await vi.waitUntil(() => handle.mock.calls.length === 3);
    gate.resolve(metricNames.eventsAppended);
    expect(await outcome).toEqual({ batchItemFailures: [] });
  });

  it("logs nothing for an empty batch", async () => {
    const lines = captureLogLines();
    expect(await createSqsHandler(async () => metricNames.eventsAppended)(records(), buildLambdaContext())).toEqual({
      batchItemFailures: [],
    });
    expect(lines).toEqual([]);
  });

  it("logs the counts of a batch as one line", async () => {
    const lines = captureLogLines();
    const outcome = { a: metricNames.eventsAppended, b: metricNames.eventsRejected, c: metricNames.eventsAppended };
    await createSqsHandler(async ({ messageId }) => outcome[messageId === "a" || messageId === "b" ? messageId : "c"])(
      records("a", "b", "c"),
      buildLambdaContext(),
    );
    expect(lines).toMatchObject([{ EventsAppended: 2, EventsRejected: 1 }]);
  });
});
