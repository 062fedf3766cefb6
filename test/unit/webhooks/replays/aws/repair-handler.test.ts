import { beforeEach, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { createRepairHandler } from "#shared/webhooks/replays/aws/repair-handler.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryDeliveries, memoryEndpoints, memoryReplays } from "#test/support/memory/webhooks.ts";

let lines: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
});

const hoursAgo = (hours: number) => new Date(testNow.getTime() - hours * 3_600_000).toISOString();
const request = {
  action: "webhooks.repair",
  since: hoursAgo(5),
  until: hoursAgo(0),
  dry_run: false,
  cursor: null,
};

/** Creates the handler for two organisations that each miss one event. */
async function createHandler(send: () => Promise<void> = async () => undefined) {
  const endpoints = memoryEndpoints();
  const at = hoursAgo(1);
  const orgs = ["org_a", "org_b"];
  for (const [n, org_id] of orgs.entries()) {
    await endpoints.create(
      anEndpoint({ org_id, endpoint_id: `wh_${String(n).padStart(32, "0")}`, created_at: hoursAgo(9) }),
      anEvent(),
    );
  }
  const events = memoryEvents(orgs.map((org_id) => anEvent({ org_id, occurred_at: at, recorded_at: at })));
  const handler = createRepairHandler({
    endpoints,
    events,
    deliveries: memoryDeliveries(),
    replays: memoryReplays(),
    replayQueue: { send },
    now: () => testNow,
    random: (bytes) => new Uint8Array(bytes),
  });
  return (event: unknown) => handler(event, buildLambdaContext());
}

it("createRepairHandler logs one line with the request and the organisations whose replays were started", async () => {
  const handler = await createHandler();
  expect(await handler(request)).toMatchObject({ repair: { orgs: 2, next: null, progress: 1 } });
  const filters = `since=${request.since} until=${request.until} dry_run=false`;
  expect(lines).toMatchObject([{ message: "admin", action: "webhooks.repair", outcome: "done", count: 2, filters }]);
  expect(String(lines[0]?.org_ids).split(",").toSorted()).toEqual(["org_a", "org_b"]);
});

it("createRepairHandler logs no organisation on a dry run", async () => {
  const handler = await createHandler();
  await handler({ ...request, dry_run: true });
  expect(lines).toMatchObject([{ action: "webhooks.repair", outcome: "done", count: 0 }]);
  expect(lines[0]).not.toHaveProperty("org_ids");
});

it.each([
  [{ ...request, since: "soon" }, "since"],
  [{ ...request, cursor: { shard: 4_096, after: null } }, "cursor.shard"],
  [{ ...request, only: "all" }, ""],
  [{ action: "org.list" }, "action"],
])("createRepairHandler rejects the malformed request %j", async (event, field) => {
  const handler = await createHandler();
  const error = { code: "invalid_value", message: expect.any(String), ...(field === "" ? {} : { field }) };
  expect(await handler(event)).toEqual({ error });
  expect(lines).toMatchObject([{ outcome: "invalid_value" }]);
});

it("createRepairHandler fails when the queue is unavailable, and succeeds when called again", async () => {
  const unavailable = new ActivityError("unavailable", "Busy.");
  let send = () => Promise.resolve();
  const handler = await createHandler(() => send());
  send = () => Promise.reject(unavailable);
  await expect(handler(request)).rejects.toBe(unavailable);
  expect(lines).toMatchObject([{ level: "error", outcome: "failed", error_message: "Busy." }]);
  send = () => Promise.resolve();
  const response = await handler(request);
  const outcomes = "repair" in response ? response.repair.endpoints.map(({ outcome }) => outcome) : [];
  expect(outcomes).toEqual(["started", "started"]);
});
