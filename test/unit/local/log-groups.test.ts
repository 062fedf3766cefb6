import { describe, expect, it } from "vitest";
import { createAuthorizer } from "#infra/local/iam/authorizer.ts";
import { logsPermissions } from "#infra/local/iam/permissions/logs-permissions.ts";
import { createLogsOperations } from "#infra/local/logs/log-groups.ts";
import { testNow } from "#test/support/builders.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const stream = { logGroupName: "audit", logStreamName: "s" };

/** The log groups `audit` and `other`, with a stream `s` in the first; and what was written to their files. */
function theGroups() {
  const written: [string, string][] = [];
  const logs = { write: (group: string, text: string) => void written.push([group, text]) };
  const answer = createLogsOperations(new Set(["audit", "other"]), logs, () => testNow);
  const ask = (operation: string, body: unknown) => {
    const outcome = answer(operation, body);
    return outcome.kind === "fault" ? outcome.code : outcome.output;
  };
  expect(ask("CreateLogStream", stream)).toEqual({});
  return { ask, written };
}

/** An event so many milliseconds from now. */
const at = (ms: number, message = "{}") => ({ timestamp: testNow.getTime() + ms, message });

describe("CreateLogStream", () => {
  it.each([
    ["in a group that does not exist", { ...stream, logGroupName: "unknown" }, "ResourceNotFoundException"],
    ["that is there", stream, "ResourceAlreadyExistsException"],
    ["without a name", { logGroupName: "audit" }, "InvalidParameterException"],
    ["with a colon in its name", { ...stream, logStreamName: "a:b" }, "InvalidParameterException"],
    ["with too long a name", { ...stream, logStreamName: "x".repeat(513) }, "InvalidParameterException"],
    ["of no request at all", null, "InvalidParameterException"],
  ])("rejects a stream %s", (_, body, expected) => expect(theGroups().ask("CreateLogStream", body)).toBe(expected));

  it.each([
    { ...stream, logStreamName: "2026/06/01/x" },
    { ...stream, logStreamName: "x".repeat(512) },
    { ...stream, logGroupName: "other" },
  ])("creates %j", (body) => expect(theGroups().ask("CreateLogStream", body)).toEqual({}));
});

describe("PutLogEvents", () => {
  it("writes events to the file of their group, in order", () => {
    const { ask, written } = theGroups();
    expect(ask("PutLogEvents", { ...stream, logEvents: [at(-5, "a"), at(-5, "b"), at(0, "c")] })).toEqual({});
    expect(written).toEqual([
      ["audit", "a"],
      ["audit", "b"],
      ["audit", "c"],
    ]);
  });

  const largest = "é".repeat((1_048_576 - 26) / 2);

  it.each([
    ["no events", []],
    ["more than 10,000 of them", Array.from({ length: 10_001 }, () => at(0, "x"))],
    ["more than 1,048,576 bytes of them", [at(0, `${largest}x`)]],
    ["as many bytes, with 26 for each", [at(0, largest.slice(1)), at(0, "x")]],
    ["them out of order", [at(0), at(-1)]],
    ["them over more than a day", [at(-dayMs - 1), at(0)]],
    ["one without a text", [at(0, "")]],
    ["one without a time", [{ message: "x" }]],
    ["one before 1970", [{ timestamp: -1, message: "x" }]],
    ["one between milliseconds", [at(0.5)]],
  ])("rejects the call when it has %s", (_, logEvents) => {
    const { ask, written } = theGroups();
    expect(ask("PutLogEvents", { ...stream, logEvents })).toBe("InvalidParameterException");
    expect(written).toEqual([]);
  });

  it.each([
    ["10,000 of them", Array.from({ length: 10_000 }, () => at(0, "x"))],
    ["1,048,576 bytes of them", [at(0, largest)]],
    ["a day between them", [at(-dayMs), at(0)]],
    ["nearly 14 days behind them", [at(-14 * dayMs + minuteMs)]],
    ["nearly two hours before them", [at(2 * hourMs - minuteMs)]],
  ])("accepts %s", (_, logEvents) => {
    const { ask, written } = theGroups();
    expect(ask("PutLogEvents", { ...stream, logEvents })).toEqual({});
    expect(written).toEqual(logEvents.map(({ message }) => ["audit", message]));
  });

  it.each([
    ["older than 14 days", [at(-14 * dayMs - minuteMs, "refused"), at(-14 * dayMs + minuteMs, "taken")]],
    ["more than two hours ahead", [at(0, "taken"), at(2 * hourMs + minuteMs, "refused")]],
  ])("rejects only the events that are %s, and reports them", (_, logEvents) => {
    const { ask, written } = theGroups();
    const answer = ask("PutLogEvents", { ...stream, logEvents });
    expect(answer).toHaveProperty("rejectedLogEventsInfo");
    expect(written).toEqual([["audit", "taken"]]);
  });

  it.each([
    ["a group that does not exist", { ...stream, logGroupName: "unknown" }],
    ["a stream that there is not", { ...stream, logStreamName: "t" }],
    ["a stream of another group", { ...stream, logGroupName: "other" }],
  ])("rejects events for %s", (_, names) => {
    const { ask, written } = theGroups();
    expect(ask("PutLogEvents", { ...names, logEvents: [at(0)] })).toBe("ResourceNotFoundException");
    expect(written).toEqual([]);
  });
});

it("CloudWatch Logs rejects other operations", () => {
  const { ask, written } = theGroups();
  expect(ask("DeleteLogStream", stream)).toBe("UnknownOperationException");
  expect(ask("FilterLogEvents", { logGroupName: "audit" })).toBe("UnknownOperationException");
  expect(written).toEqual([]);
});

describe("permissions of log groups", () => {
  const where = { account: "000000000000", region: "us-east-1" };
  const group = "arn:aws:logs:us-east-1:000000000000:log-group:audit";

  it("are evaluated for the stream of the request, or for the group to create a stream", () => {
    expect(logsPermissions("PutLogEvents", { ...stream, logEvents: [] }, where)).toEqual([
      { action: "logs:PutLogEvents", resource: `${group}:log-stream:s` },
    ]);
    expect(logsPermissions("CreateLogStream", stream, where)).toEqual([
      { action: "logs:CreateLogStream", resource: `${group}:log-stream:*` },
    ]);
    expect(logsPermissions("FilterLogEvents", { logGroupName: "audit" }, where)).toEqual([
      { action: "logs:FilterLogEvents", resource: `${group}:log-stream:*` },
    ]);
  });

  it.each([null, {}, { logGroupName: 5 }])("are not evaluated for a request without a group: %j", (body) => {
    expect(() => logsPermissions("PutLogEvents", body, where)).toThrow();
  });

  it.each([
    ["the group is granted", "logs:PutLogEvents", `${group}:*`, true],
    ["its streams are", "logs:PutLogEvents", `${group}:log-stream:*`, true],
    ["another group is", "logs:PutLogEvents", `${group}-other:*`, false],
    ["another stream is", "logs:PutLogEvents", `${group}:log-stream:t`, false],
    ["another action is", "logs:CreateLogStream", `${group}:*`, false],
  ])("where %s", async (_, Action, Resource, allowed) => {
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] };
    const principal = {
      arn: "arn:aws:sts::000000000000:assumed-role/Role/Fn",
      policies: [{ name: "use", policy }],
    };
    const authorize = createAuthorizer(new Map(), where.account);
    const [access] = logsPermissions("PutLogEvents", stream, where);
    if (access === undefined) throw new Error("No permission is asked for.");
    expect((await authorize(principal, access)) === undefined).toBe(allowed);
  });
});
