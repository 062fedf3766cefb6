import { createServer, type Server } from "node:http";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createFinzbooksHandler } from "#shared/api/finzbooks/handler.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { toTokenItem } from "#shared/auth/dynamodb/token-item.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { buildHttpEvent, buildLambdaContext } from "#test/support/api/http-event.ts";
import { aSecret, aToken } from "#test/support/builders.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { noSequences } from "#test/support/memory/no-sequences.ts";
import { noSuspendedOrgs } from "#test/support/memory/suspended-orgs.ts";
import { verifyViewerToken } from "#test/support/viewer-tokens.ts";

/** A server in place of DynamoDB that responds to every request with the same failure. */
let engine: Server;
let origin: string;
let failure: { status: number; type: string; reasons?: readonly string[] };
/** The item that reads return. Without one, reads get the failure, too. */
let stored: AttributeMap | null;
let lines: LogLine[];

beforeAll(async () => {
  engine = createServer((request, response) => {
    request.resume();
    const isRead = String(request.headers["x-amz-target"]).endsWith("GetItem");
    if (isRead && stored !== null) {
      const found = JSON.stringify({ Item: stored });
      return response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(found);
    }
    const body = JSON.stringify({
      __type: `com.amazonaws.dynamodb.v20120810#${failure.type}`,
      message: "internal detail",
      // The two errors that say why spell the field differently.
      ThrottlingReasons: failure.reasons?.map((reason) => ({ reason })),
      throttlingReasons: failure.reasons?.map((reason) => ({ reason })),
    });
    return response.writeHead(failure.status, { "content-type": "application/x-amz-json-1.0" }).end(body);
  });
  origin = await listenOnLoopback(engine, 0);
});
beforeEach(() => {
  lines = captureLogLines();
  stored = null;
});
afterAll(() => closeServer(engine));

function clientOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  return new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

function request(endpoint: string) {
  const client = clientOf(endpoint);
  const context = {
    events: createEventStore(client, "events"),
    findSequences: noSequences,
    tokens: withUsableOrgs(createTokenUsageStore(client, "config"), noSuspendedOrgs),
    verifyViewerToken,
    now: () => new Date(),
  };
  const headers = { authorization: `Bearer ${aSecret()}`, "x-aibooks-org": "org_1" };
  return createHttpHandler({ name: "test", handle: createFinzbooksHandler(context), renderError: renderError })(
    buildHttpEvent("/api/public/v1/activity", { headers }),
    buildLambdaContext(),
  );
}

describe("GET /activity when DynamoDB fails", () => {
  it.each([
    [400, "ProvisionedThroughputExceededException"],
    [400, "ThrottlingException"],
    [400, "RequestLimitExceeded"],
    [500, "InternalServerError"],
    [503, "ServiceUnavailable"],
  ])("a request ends as 503 with the time to wait: %s %s", async (status, type) => {
    failure = { status, type };
    const response = await request(origin);
    expect(response).toMatchObject({ statusCode: 503, headers: { "retry-after": "2", "x-request-id": "req-1" } });
    expect(JSON.parse(response.body ?? "")).toEqual({
      code: "service.unavailable",
      message: "The store is busy or away.",
      request_id: "req-1",
    });
    expect(lines).toMatchObject([{ level: "error", status: 503, request_id: "req-1", cause: { error: type } }]);
  });

  it("a request ends as 503 when it is not there at all", async () => {
    const gone = createServer();
    const address = await listenOnLoopback(gone, 0);
    await closeServer(gone);
    expect(await request(address)).toMatchObject({ statusCode: 503 });
  });

  it.each([
    [400, "AccessDeniedException"],
    [400, "ResourceNotFoundException"],
    [400, "ValidationException"],
  ])(
    "a defect of ours is a 500 that shows nothing but the request id, and is logged whole: %s %s",
    async (status, type) => {
      failure = { status, type };
      const response = await request(origin);
      expect(response.statusCode).toBe(500);
      expect(JSON.parse(response.body ?? "")).toEqual({
        code: "internal.error",
        message: "Internal error. Quote request_id when you report it.",
        request_id: "req-1",
      });
      expect(lines).toMatchObject([{ level: "error", status: 500, error: type, error_message: "internal detail" }]);
    },
  );
});

describe("when a token's own item has more writes than it can take", () => {
  const writeOf = (limit: string) => `TableWrite${limit}ThroughputExceeded`;

  beforeEach(() => {
    stored = toTokenItem(aToken({ org_ids: ["org_1"] }));
  });

  it.each([
    ["ProvisionedThroughputExceededException", undefined],
    ["ProvisionedThroughputExceededException", [writeOf("KeyRange")]],
    ["ThrottlingException", [writeOf("KeyRange")]],
  ])("its requests are too many, and come again in a second: %s %j", async (type, reasons) => {
    failure = { status: 400, type, ...(reasons && { reasons }) };
    const response = await request(origin);
    expect(response).toMatchObject({
      statusCode: 429,
      headers: { "retry-after": "1", "x-ratelimit-remaining": "0", "x-ratelimit-limit": "600" },
    });
    expect(JSON.parse(response.body ?? "")).toMatchObject({ code: "rate_limit.exceeded" });
    expect(lines).toMatchObject([{ status: 429, code: "rate_limited", token_id: aToken().token_id }]);
  });

  it("has no lease to give for an expensive request", async () => {
    failure = { status: 400, type: "ProvisionedThroughputExceededException" };
    const uses = createTokenUsageStore(clientOf(origin), "config");
    expect(await uses.acquireLease(aToken().token_id, new Date(0), new Date(1))).toEqual({ slot: null, freeAt: null });
    failure = { status: 500, type: "InternalServerError" };
    await expect(uses.acquireLease(aToken().token_id, new Date(0), new Date(1))).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it.each([
    ["ThrottlingException", undefined],
    ["ThrottlingException", ["TableWriteAccountLimitExceeded"]],
    ["ProvisionedThroughputExceededException", [writeOf("MaxOnDemand")]],
    ["ProvisionedThroughputExceededException", [writeOf("KeyRange"), "TableWriteAccountLimitExceeded"]],
    ["InternalServerError", undefined],
  ])("responds 503 to a failure that the client did not cause: %s %j", async (type, reasons) => {
    failure = { status: type === "InternalServerError" ? 500 : 400, type, ...(reasons && { reasons }) };
    expect(await request(origin)).toMatchObject({ statusCode: 503, headers: { "retry-after": "2" } });
  });
});
