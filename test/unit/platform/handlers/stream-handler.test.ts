import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { createStreamHandler, type StreamHandlerOptions, storedAt } from "#shared/platform/handlers/stream-handler.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { buildLambdaContext } from "#test/support/api/http-event.ts";
import { captureLogLines } from "#test/support/log-lines.ts";

type Item = { readonly name: string };

/** A record with the items of these names, separated by spaces. */
const record = (names: string): DynamoDBRecord => ({
  eventName: "INSERT",
  dynamodb: {
    SequenceNumber: `seq-${names}`,
    Keys: { pk: { S: names }, sk: { N: "1" } },
    NewImage: { names: { S: names } },
  },
});

/** Runs a batch of records with these names. Returns the failed and the quarantined records, and the log lines. */
async function run(
  names: readonly string[],
  handle: (items: readonly Item[]) => ReadonlySet<Item>,
  queueError: Error | null = null,
) {
  const lines = captureLogLines();
  const quarantined: string[] = [];
  const options: StreamHandlerOptions<Item> = {
    parse: ({ names: image }) => {
      if (image?.S === "unreadable") throw new Error("no such item");
      return (image?.S ?? "").split(" ").map((name) => ({ name }));
    },
    check({ name }) {
      if (name === "refused") throw new Error("not this one");
    },
    handle: async (items) => ({
      failed: handle(items),
      counts: new Map([[metricNames.deliveriesBegun, items.length]]),
    }),
    quarantine: {
      async put({ sequence_number, key }) {
        if (queueError !== null) throw queueError;
        quarantined.push(typeof sequence_number === "string" ? sequence_number : `item-${key.name}`);
      },
    },
    referTo: ({ name }) => ({ key: { name } }),
  };
  const response = await createStreamHandler(options)({ Records: names.map(record) }, buildLambdaContext());
  return { failed: response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), quarantined, lines };
}

const none: ReadonlySet<Item> = new Set();

it.each([
  [1_748_779_229, new Date("2025-06-01T12:00:29.000Z")],
  [undefined, null],
])("storedAt returns the time at which the table stored an item: %s", (seconds, stored) => {
  const time = seconds === undefined ? {} : { ApproximateCreationDateTime: seconds };
  expect(storedAt({ dynamodb: time })).toEqual(stored);
});

describe("createStreamHandler", () => {
  it("quarantines a record that cannot be parsed and processes the others", async () => {
    const seen: string[] = [];
    const outcome = await run(["a", "unreadable", "b"], (items) => {
      seen.push(...items.map(({ name }) => name));
      return none;
    });
    expect(outcome).toMatchObject({ failed: [], quarantined: ["seq-unreadable"] });
    expect(seen).toEqual(["a", "b"]);
    expect(outcome.lines.at(-1)).toMatchObject({ DeliveriesBegun: 2, EventsUnreadable: 1 });
  });

  it.each(["first", "middle", "last"])(
    "quarantines a record that cannot be processed, also the %s of a batch",
    async (where) => {
      const names = ["a", "b"].toSpliced({ first: 0, middle: 1, last: 2 }[where] ?? 0, 0, "poison");
      const seen: string[] = [];
      const outcome = await run(names, (items) => {
        if (items.some(({ name }) => name === "poison")) throw new TypeError("defect");
        seen.push(...items.map(({ name }) => name));
        return none;
      });
      expect(outcome).toMatchObject({ failed: [], quarantined: ["item-poison"] });
      expect(seen).toEqual(["a", "b"]);
    },
  );

  it.each(["refused", "poison"])("quarantines an item of a record, and processes the others: %s", async (bad) => {
    const seen: string[] = [];
    const outcome = await run(["a b", `c ${bad} d`, "e"], (items) => {
      if (items.some(({ name }) => name === "poison")) throw new TypeError("defect");
      seen.push(...items.map(({ name }) => name));
      return none;
    });
    expect(outcome).toMatchObject({ failed: [], quarantined: [`item-${bad}`] });
    expect(seen.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("reports the record of a failed item for a retry, once", async () => {
    const isFailed = ({ name }: Item) => name === "c" || name === "d";
    const outcome = await run(["a b", "c d", "e"], (items) => new Set(items.filter(isFailed)));
    expect(outcome).toMatchObject({ failed: ["seq-c d"], quarantined: [] });
  });

  it("reports a record for a retry if the quarantine queue is unavailable for one of its items", async () => {
    const outcome = await run(
      ["a refused"],
      () => none,
      new ActivityError("unavailable", "The store is busy or away."),
    );
    expect(outcome).toMatchObject({ failed: ["seq-a refused"], quarantined: [] });
  });

  it("reports a failed item for a retry", async () => {
    const isB = ({ name }: Item) => name === "b";
    const outcome = await run(["a", "b", "c"], (items) => new Set(items.filter(isB)));
    expect(outcome).toMatchObject({ failed: ["seq-b"], quarantined: [] });
  });

  it("reports a record for a retry if the quarantine queue is unavailable", async () => {
    const outcome = await run(
      ["unreadable"],
      () => none,
      new ActivityError("unavailable", "The store is busy or away."),
    );
    expect(outcome).toMatchObject({ failed: ["seq-unreadable"], quarantined: [] });
  });

  it("counts and logs a record that the quarantine queue rejects, and processes the others", async () => {
    const queueError = Object.assign(new Error("too long"), { name: "InvalidParameterValue", $metadata: {} });
    const outcome = await run(["a", "unreadable", "b"], () => none, queueError);
    expect(outcome).toMatchObject({ failed: [], quarantined: [] });
    const line = { message: "unread record not reported", sequence_number: "seq-unreadable" };
    expect(outcome.lines).toContainEqual(expect.objectContaining(line));
    expect(outcome.lines.at(-1)).toMatchObject({ DeliveriesBegun: 2, EventsUnreadable: 1, FanOutRecordsLost: 1 });
  });

  it("reports all records for a retry after a transient error", async () => {
    const outcome = await run(["a", "b"], () => {
      throw new ActivityError("unavailable", "The store is busy or away.");
    });
    expect(outcome).toMatchObject({ failed: ["seq-a", "seq-b"], quarantined: [] });
    expect(outcome.lines[0]).toMatchObject({ level: "error", message: "batch failed", records: 2 });
  });

  it("reports all records for a retry after an error of AWS, such as a missing permission", async () => {
    const outcome = await run(["a", "b"], () => {
      throw Object.assign(new Error("AccessDenied"), { $metadata: { httpStatusCode: 400 } });
    });
    expect(outcome).toMatchObject({ failed: ["seq-a", "seq-b"], quarantined: [] });
  });

  it("logs no content of items", async () => {
    const { lines } = await run(["confidential"], () => {
      throw new TypeError("defect");
    });
    expect(JSON.stringify(lines.map(({ sequence_number: _, ...line }) => line))).not.toContain("confidential");
  });
});
