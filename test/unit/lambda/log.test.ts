import { describe, expect, it, vi } from "vitest";
import { ActivityError } from "../../../shared/events/errors.ts";
import { env } from "../../../shared/lambda/env.ts";
import { errorFields, log } from "../../../shared/lambda/log.ts";
import { count } from "../../../shared/lambda/metrics.ts";
import { metrics, variables } from "../../../shared/lambda/names.ts";
import { testNow } from "../../support/builders.ts";
import { catchLog } from "../../support/log-lines.ts";

describe("a log line", () => {
  it("is one line of JSON, whatever it holds", () => {
    const write = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    log("warn", "event rejected", { reason: 'line\nbreak "quote"' });
    expect(write.mock.calls).toEqual([
      ['{"level":"warn","message":"event rejected","reason":"line\\nbreak \\"quote\\""}\n'],
    ]);
  });

  it("holds all of an error: name, message, stack and every cause", () => {
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

  it.each([undefined, null, "text", 5])("survives what is no error: %j", (thrown) => {
    expect(errorFields(thrown)).toEqual({ error: String(thrown) });
  });
});

it("counts in CloudWatch's Embedded Metric Format", () => {
  const lines = catchLog();
  count({ [metrics.eventsAppended]: 3, [metrics.eventsRepeated]: 1 }, testNow);
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
      EventsAppended: 3,
      EventsRepeated: 1,
    },
  ]);
});

describe("a variable of the stack", () => {
  it("is read", () => {
    vi.stubEnv(variables.eventsTable, "events");
    expect(env(variables.eventsTable)).toBe("events");
  });

  it.each(["", undefined])("that is %j stops the function at its cold start, by name", (value) => {
    vi.stubEnv(variables.eventsTable, value);
    expect(() => env(variables.eventsTable)).toThrow("The environment variable EVENTS_TABLE is not set.");
  });
});
