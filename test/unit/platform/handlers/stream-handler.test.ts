import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { createStreamHandler, type StreamHandlerOptions } from "#shared/platform/handlers/stream-handler.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

type Item = { readonly name: string };

const record = (name: string): DynamoDBRecord => ({
  eventName: "INSERT",
  dynamodb: { SequenceNumber: `seq-${name}`, NewImage: { name: { S: name } } },
});

/** Runs a batch of records with these names; answers what failed, what was set aside, and the log. */
async function run(
  names: readonly string[],
  handle: (items: readonly Item[]) => ReadonlySet<Item>,
  refusal: Error | null = null,
) {
  const lines = captureLogLines();
  const unread: string[] = [];
  const handling: StreamHandlerOptions<Item> = {
    parse: ({ name }) => {
      if (name?.S === "unreadable") throw new Error("no such item");
      return { name: name?.S ?? "" };
    },
    handle: async (items) => ({
      failed: handle(items),
      counts: new Map([[metricNames.deliveriesBegun, items.length]]),
    }),
    quarantine: {
      async put({ dynamodb }) {
        if (refusal !== null) throw refusal;
        unread.push(dynamodb?.SequenceNumber ?? "");
      },
    },
  };
  const answer = await createStreamHandler(handling)({ Records: names.map(record) }, buildLambdaContext());
  return { failed: answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), unread, lines };
}

const none: ReadonlySet<Item> = new Set();

it.each([
  [1_748_779_229, new Date("2025-06-01T12:00:29.000Z")],
  [undefined, null],
])("tells its reader when the table stored an item: %s", async (ApproximateCreationDateTime, stored) => {
  captureLogLines();
  const { dynamodb } = record("a");
  const seconds = ApproximateCreationDateTime === undefined ? {} : { ApproximateCreationDateTime };
  const seen: (Date | null)[] = [];
  const handler = createStreamHandler({
    parse: (_, at) => ({ at: seen.push(at) }),
    handle: async () => ({ failed: new Set<never>(), counts: new Map() }),
    quarantine: { put: async () => {} },
  });
  await handler({ Records: [{ eventName: "INSERT", dynamodb: { ...dynamodb, ...seconds } }] }, buildLambdaContext());
  expect(seen).toEqual([stored]);
});

describe("a record", () => {
  it("that cannot be read is set aside, and its neighbours go on", async () => {
    const seen: string[] = [];
    const outcome = await run(["a", "unreadable", "b"], (items) => {
      seen.push(...items.map(({ name }) => name));
      return none;
    });
    expect(outcome).toMatchObject({ failed: [], unread: ["seq-unreadable"] });
    expect(seen).toEqual(["a", "b"]);
    expect(outcome.lines.at(-1)).toMatchObject({ DeliveriesBegun: 2, EventsUnreadable: 1 });
  });

  it.each(["first", "middle", "last"])("that no handling survives is set aside, also the %s", async (where) => {
    const names = ["a", "b"].toSpliced({ first: 0, middle: 1, last: 2 }[where] ?? 0, 0, "poison");
    const seen: string[] = [];
    const outcome = await run(names, (items) => {
      if (items.some(({ name }) => name === "poison")) throw new TypeError("defect");
      seen.push(...items.map(({ name }) => name));
      return none;
    });
    expect(outcome).toMatchObject({ failed: [], unread: ["seq-poison"] });
    expect(seen).toEqual(["a", "b"]);
  });

  it("that failed comes again", async () => {
    const isB = ({ name }: Item) => name === "b";
    const outcome = await run(["a", "b", "c"], (items) => new Set(items.filter(isB)));
    expect(outcome).toMatchObject({ failed: ["seq-b"], unread: [] });
  });

  it("comes again where the unread queue is away for now", async () => {
    const outcome = await run(
      ["unreadable"],
      () => none,
      new ActivityError("unavailable", "The store is busy or away."),
    );
    expect(outcome).toMatchObject({ failed: ["seq-unreadable"], unread: [] });
  });

  it("that the unread queue refuses for good is counted and logged, and holds up nothing", async () => {
    const refusal = Object.assign(new Error("too long"), { name: "InvalidParameterValue", $metadata: {} });
    const outcome = await run(["a", "unreadable", "b"], () => none, refusal);
    expect(outcome).toMatchObject({ failed: [], unread: [] });
    const refused = { message: "unread record not reported", sequence_number: "seq-unreadable" };
    expect(outcome.lines).toContainEqual(expect.objectContaining(refused));
    expect(outcome.lines.at(-1)).toMatchObject({ DeliveriesBegun: 2, EventsUnreadable: 1, FanOutRecordsLost: 1 });
  });
});

it("leaves all of a batch to the stream where the trouble passes", async () => {
  const outcome = await run(["a", "b"], () => {
    throw new ActivityError("unavailable", "The store is busy or away.");
  });
  expect(outcome).toMatchObject({ failed: ["seq-a", "seq-b"], unread: [] });
  expect(outcome.lines[0]).toMatchObject({ level: "error", message: "batch failed", records: 2 });
});

it("leaves all of a batch to the stream where AWS refuses, as without a permission: no record is to blame", async () => {
  const outcome = await run(["a", "b"], () => {
    throw Object.assign(new Error("AccessDenied"), { $metadata: { httpStatusCode: 400 } });
  });
  expect(outcome).toMatchObject({ failed: ["seq-a", "seq-b"], unread: [] });
});

it("logs nothing of what an item holds", async () => {
  const { lines } = await run(["confidential"], () => {
    throw new TypeError("defect");
  });
  expect(JSON.stringify(lines.map(({ sequence_number: _, ...line }) => line))).not.toContain("confidential");
});
