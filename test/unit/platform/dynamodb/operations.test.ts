import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import {
  batchGet,
  getItem,
  listSuffixes,
  queryAll,
  queryFrom,
  writeConditionally,
  writeOrGetExisting,
} from "#shared/platform/dynamodb/operations.ts";
import { catchRejection } from "#test/support/catch-error.ts";

type Command = { readonly input: object };

/** Returns a client with the given responses, and the commands that it received. */
function createClient(respond: (command: Command, at: number) => object) {
  const client = new DynamoDBClient({ region: "us-east-1" });
  const commands: Command[] = [];
  vi.spyOn(client, "send").mockImplementation(async (command: Command) => {
    commands.push(command);
    return respond(command, commands.length - 1);
  });
  return { client, commands };
}

const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
const failing = () => createClient(() => Promise.reject(throttled)).client;
const unavailable = { code: "unavailable", cause: throttled };
const itemOf = (sk: string) => toStringAttributes({ pk: "a", sk });

describe("getItem", () => {
  it("returns the parsed item of a strongly consistent read", async () => {
    const { client, commands } = createClient(() => ({ Item: itemOf("one") }));
    expect(await getItem(client, "table", { pk: "a", sk: "one" }, ({ sk }) => sk?.S)).toBe("one");
    expect(commands).toEqual([expect.any(GetItemCommand)]);
    expect(commands[0]?.input).toEqual({ TableName: "table", Key: itemOf("one"), ConsistentRead: true });
  });

  it("returns null if the item does not exist", async () => {
    const { client } = createClient(() => ({}));
    expect(await getItem(client, "table", { pk: "a" }, (item) => item)).toBeNull();
  });

  it("throws unavailable on a transient error", async () => {
    const error = await catchRejection(getItem(failing(), "table", { pk: "a" }, (item) => item));
    expect(error).toMatchObject(unavailable);
  });
});

describe("batchGet", () => {
  const keys = (count: number) => Array.from({ length: count }, (_, at) => ({ pk: "a", sk: String(at) }));
  const requested = ({ input }: Command) =>
    "RequestItems" in input ? Object(input.RequestItems).table : { Keys: [], error: "no RequestItems" };

  it("reads at most 100 keys with one request", async () => {
    const { client, commands } = createClient((command) => ({ Responses: { table: requested(command).Keys } }));
    const items = await batchGet(client, "table", keys(201));
    expect(commands).toEqual(Array.from({ length: 3 }, () => expect.any(BatchGetItemCommand)));
    expect(commands.map((command) => requested(command).Keys.length)).toEqual([100, 100, 1]);
    expect(items).toEqual(keys(201).map(toStringAttributes));
  });

  it("requests unprocessed keys again until none is left, with the projection", async () => {
    const { client, commands } = createClient((command) => {
      const { Keys, ...options } = requested(command);
      const [first, ...rest] = Keys;
      const UnprocessedKeys = rest.length === 0 ? {} : { table: { ...options, Keys: rest } };
      return { Responses: { table: [first] }, UnprocessedKeys };
    });
    const items = await batchGet(client, "table", keys(3), { ProjectionExpression: "sk" });
    expect(items).toEqual(keys(3).map(toStringAttributes));
    expect(commands.map(requested)).toEqual(
      [3, 2, 1].map((count) => ({
        ProjectionExpression: "sk",
        ConsistentRead: true,
        Keys: keys(3).slice(-count).map(toStringAttributes),
      })),
    );
  });

  it("waits between requests of which no key was processed, and gives up after six", async () => {
    const { client, commands } = createClient((command) => ({ UnprocessedKeys: { table: requested(command) } }));
    const waits: number[] = [];
    const reading = batchGet(client, "table", keys(2), {}, async (stalled) => waits.push(stalled));
    expect(await catchRejection(reading)).toMatchObject({ code: "unavailable", context: { retryAfter: 1 } });
    expect(waits).toEqual([1, 2, 3, 4, 5]);
    expect(commands).toHaveLength(6);
  });

  it("does not wait while keys are processed", async () => {
    const stalls = new Set([1, 2]);
    const { client, commands } = createClient((command, at) => {
      const { Keys, ...options } = requested(command);
      const processed = stalls.has(at) ? 0 : 1;
      return {
        Responses: { table: Keys.slice(0, processed) },
        UnprocessedKeys: Keys.length > processed ? { table: { ...options, Keys: Keys.slice(processed) } } : {},
      };
    });
    const waits: number[] = [];
    const items = await batchGet(client, "table", keys(3), {}, async (stalled) => waits.push(stalled));
    expect(items).toEqual(keys(3).map(toStringAttributes));
    expect([waits, commands.length]).toEqual([[1, 2], 5]);
  });

  it("sends no request for no keys", async () => {
    const { client, commands } = createClient(() => ({}));
    expect(await batchGet(client, "table", [])).toEqual([]);
    expect(commands).toEqual([]);
  });

  it("throws unavailable on a transient error", async () => {
    expect(await catchRejection(batchGet(failing(), "table", keys(1)))).toMatchObject(unavailable);
  });
});

describe("queries of a whole partition", () => {
  const pages = () =>
    createClient((_, at) =>
      at === 0
        ? { Items: [itemOf("x#1"), itemOf("x#2")], LastEvaluatedKey: itemOf("x#2") }
        : { Items: at === 1 ? [] : [itemOf("x#3")], ...(at === 1 && { LastEvaluatedKey: itemOf("x#2") }) },
    );

  it("queryAll returns the items of all pages, also behind an empty one", async () => {
    const { client, commands } = pages();
    const items = await queryAll(client, "table", { pk: "a", prefix: "x#" });
    expect(items).toEqual([itemOf("x#1"), itemOf("x#2"), itemOf("x#3")]);
    const query = {
      TableName: "table",
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": { S: "a" }, ":prefix": { S: "x#" } },
      ConsistentRead: true,
    };
    expect(commands).toEqual(Array.from({ length: 3 }, () => expect.any(QueryCommand)));
    expect(commands.map(({ input }) => input)).toEqual([
      query,
      { ...query, ExclusiveStartKey: itemOf("x#2") },
      { ...query, ExclusiveStartKey: itemOf("x#2") },
    ]);
  });

  it("queryFrom starts at a sort key", async () => {
    const { client, commands } = pages();
    expect(await queryFrom(client, "table", { pk: "a", from: "x#1" })).toHaveLength(3);
    expect(commands[0]?.input).toMatchObject({ KeyConditionExpression: "pk = :pk AND sk >= :from" });
  });

  it("listSuffixes returns the sort keys without their prefix", async () => {
    expect(await listSuffixes(pages().client, "table", { pk: "a", prefix: "x#" })).toEqual(["1", "2", "3"]);
  });

  it("throw unavailable on a transient error", async () => {
    expect(await catchRejection(queryAll(failing(), "table", { pk: "a", prefix: "x#" }))).toMatchObject(unavailable);
  });
});

const refused = (Item?: ReturnType<typeof itemOf>) =>
  Promise.reject(new ConditionalCheckFailedException({ $metadata: {}, message: "refused", ...(Item && { Item }) }));

describe("writeConditionally", () => {
  it("returns the output of a write whose condition held", async () => {
    expect(await writeConditionally(Promise.resolve("output"))).toEqual({ isWritten: true, output: "output" });
  });

  it("returns the item that failed the condition", async () => {
    expect(await writeConditionally(refused(itemOf("1")))).toEqual({ isWritten: false, item: itemOf("1") });
  });

  it("returns null as the item if the request did not ask for it", async () => {
    expect(await writeConditionally(refused())).toEqual({ isWritten: false, item: null });
  });

  it("throws unavailable on a transient error, and other errors unchanged", async () => {
    const defect = new Error("ValidationException");
    expect(await catchRejection(writeConditionally(Promise.reject(throttled)))).toMatchObject(unavailable);
    await expect(writeConditionally(Promise.reject(defect))).rejects.toBe(defect);
  });
});

describe("writeOrGetExisting", () => {
  it("returns the output, or the item that failed the condition", async () => {
    expect(await writeOrGetExisting(Promise.resolve("output"))).toEqual({ isWritten: true, output: "output" });
    expect(await writeOrGetExisting(refused(itemOf("1")))).toEqual({ isWritten: false, item: itemOf("1") });
  });

  it("throws if the response has no item, so that no damaged item is reported", async () => {
    await expect(writeOrGetExisting(refused())).rejects.toThrow("DynamoDB returned no item with the failed condition.");
  });
});
