import { afterEach, describe, expect, it, vi } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { testNow } from "#test/support/builders.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("a log line", () => {
  it("is one line of JSON, whatever the fields contain", () => {
    const write = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    vi.useFakeTimers({ now: testNow, toFake: ["Date"] });
    log("warn", "event rejected", { reason: 'line\nbreak "quote"' });
    expect(write.mock.calls).toEqual([
      [
        '{"time":"2026-06-01T12:00:30.000Z","level":"warn","message":"event rejected",' +
          '"reason":"line\\nbreak \\"quote\\""}\n',
      ],
    ]);
  });

  it("contains the request id and the function within an invocation", () => {
    const lines = captureLogLines();
    vi.useFakeTimers({ now: testNow, toFake: ["Date"] });
    runInInvocation(buildLambdaContext(), () => {
      log("info", "one");
      emitMetrics({ [metricNames.eventsAppended]: 1 }, testNow);
    });
    runInInvocation(buildLambdaContext(), () => log("info", "two"), "req-1");
    log("info", "three");
    const time = testNow.toISOString();
    expect(lines).toEqual([
      { time, level: "info", message: "one", function: "test", request_id: "invocation-1" },
      { time, function: "test", request_id: "invocation-1", EventsAppended: 1, _aws: expect.any(Object) },
      { time, level: "info", message: "two", function: "test", request_id: "req-1" },
      { time, level: "info", message: "three" },
    ]);
  });

  it("contains name, message, stack and all causes of an error", () => {
    const error = new ActivityError("unavailable", "Busy.", { cause: new TypeError("socket", { cause: "reset" }) });
    expect(errorFields(error)).toEqual({
      error: "ActivityError",
      error_message: "Busy.",
      stack: error.stack,
      cause: {
        error: "TypeError",
        error_message: "socket",
        stack: expect.stringContaining("TypeError: socket"),
        cause: { error: "reset" },
      },
    });
  });

  it.each([undefined, null, "text", 5])("contains a thrown value that is not an error: %j", (thrown) => {
    expect(errorFields(thrown)).toEqual({ error: String(thrown) });
  });
});

it("emitMetrics writes CloudWatch's Embedded Metric Format", () => {
  const lines = captureLogLines();
  emitMetrics({ [metricNames.eventsAppended]: 3, [metricNames.eventsRepeated]: 1 }, testNow);
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: testNow.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: "ActivityLog",
            Dimensions: [[]],
            Metrics: [
              { Name: "EventsAppended", Unit: "Count" },
              { Name: "EventsRepeated", Unit: "Count" },
            ],
          },
        ],
      },
      time: "2026-06-01T12:00:30.000Z",
      EventsAppended: 3,
      EventsRepeated: 1,
    },
  ]);
});

describe("env", () => {
  it("returns the value of a variable", () => {
    vi.stubEnv(envVars.eventsTable, "events");
    expect(env(envVars.eventsTable)).toBe("events");
  });

  it.each(["", undefined])("throws an error with the name if the value is %j", (value) => {
    vi.stubEnv(envVars.eventsTable, value);
    expect(() => env(envVars.eventsTable)).toThrow("The environment variable EVENTS_TABLE is not set.");
  });
});
