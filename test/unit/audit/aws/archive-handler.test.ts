import { CloudWatchLogsClient, LimitExceededException } from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, expect, it, type MockInstance, vi } from "vitest";
import { createArchiveHandler } from "#shared/audit/aws/archive-handler.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { testNow } from "#test/support/builders.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

const client = new CloudWatchLogsClient({ region: "eu-central-1" });
let send: MockInstance<typeof client.send>;
const run = createArchiveHandler({ client, group: "events-log", bucket: "archive", now: () => testNow });

beforeEach(() => {
  captureLogLines();
  send = vi.spyOn(client, "send").mockImplementation(async () => ({ taskId: "task-1" }));
});

it.each([
  [{ source: "aws.events", time: "2026-06-01T12:00:00Z" }, "2026-05-31"],
  [{ day: "2026-02-28" }, "2026-02-28"],
])("createArchiveHandler exports one whole day under its name: %j", async (event, day) => {
  expect(await run(event, buildLambdaContext())).toEqual({ task_id: "task-1", day });
  const from = Date.parse(`${day}T00:00:00.000Z`);
  expect(send.mock.calls.map(([{ input }]) => input)).toEqual([
    {
      taskName: `activity-log-${day}`,
      logGroupName: "events-log",
      from,
      to: Date.parse(`${day}T23:59:59.999Z`),
      destination: "archive",
      destinationPrefix: `events/${day}`,
    },
  ]);
});

it.each([{ day: "yesterday" }, { day: "2026-02-30" }, { day: 5 }])(
  "createArchiveHandler rejects an invalid day: %j",
  async (event) => {
    await expect(run(event, buildLambdaContext())).rejects.toThrow();
    expect(send).not.toHaveBeenCalled();
  },
);

it("createArchiveHandler throws when the export does not start, so that it is retried", async () => {
  send.mockRejectedValue(new LimitExceededException({ message: "One at a time.", $metadata: {} }));
  await expect(run({}, buildLambdaContext())).rejects.toThrow("One at a time.");
});
