import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { responseOf } from "#test/unit/cli/fake-api.ts";
import { runCommand } from "#test/unit/cli/run-command.ts";

const endpoint = {
  endpoint_id: "wh_1",
  url: "https://example.com/hook",
  events: ["invoice.*", "*.voided"],
  entity_id: null,
  description: null,
  status: "enabled",
  disabled_reason: null,
  disabled_at: null,
  created_at: "2026-05-01T10:00:00.000Z",
  updated_at: "2026-05-02T10:00:00.000Z",
};

const health = {
  circuit: "open",
  consecutive_failures: 6,
  failing_since: "2026-05-03T10:00:00.000Z",
  last_success_at: null,
};

const disabled = { status: "disabled", disabled_reason: "gone", disabled_at: "2026-05-04T10:00:00.000Z" };

const run = (answers: Parameters<typeof runCommand>[0], ...args: string[]) => runCommand(answers, "webhooks", ...args);

describe("webhooks create", () => {
  const answers = { "POST /webhooks/endpoints": responseOf({ endpoint: { ...endpoint, secret: "whsec_once" } }, 201) };

  it("sends only the given settings, and prints only the secret to stdout", async () => {
    const { text, json, requests, stderr } = await run(
      answers,
      "create",
      "https://example.com/hook",
      "--events",
      "a.*",
      "bill.paid",
    );
    expect(requests).toMatchObject([
      {
        headers: {
          authorization: "Bearer demo-token",
          "x-aibooks-org": "org_demo",
          "content-type": "application/json",
        },
      },
    ]);
    expect(requests[0]?.body).toEqual({ url: "https://example.com/hook", events: ["a.*", "bill.paid"] });
    expect({ text, stderr }).toEqual({
      text: "whsec_once",
      stderr: "Store the secret of wh_1 now: it is not shown again. Next: webhooks test wh_1\n",
    });
    expect(json).toMatchObject({ endpoint: { endpoint_id: "wh_1", secret: "whsec_once" } });
  });

  it("warns of an event type that is not in the catalogue", async () => {
    const { exit, stderr } = await run(answers, "create", "u", "--events", "invoice.snt", "invoice.*");
    expect(exit).toBe(exitCodes.done);
    expect(stderr).toContain("Warning: 'invoice.snt' is not a known event type. Did you mean invoice.sent?\n");
    expect(stderr).not.toContain("invoice.*");
  });

  it("sends the document and the description", async () => {
    const { requests } = await run(
      answers,
      "create",
      "u",
      "--events=*",
      "--entity",
      "inv_1",
      "--description",
      "a note",
    );
    expect(requests[0]?.body).toEqual({ url: "u", events: ["*"], entity_id: "inv_1", description: "a note" });
  });

  it("sends headers, whose values may contain colons", async () => {
    const lines = ["X-Api-Key: abc", "Authorization:Bearer a:b "];
    const { requests } = await run(answers, "create", "u", "--events", "*", "--header", ...lines);
    expect(requests[0]?.body).toMatchObject({ headers: { "X-Api-Key": "abc", Authorization: "Bearer a:b" } });
  });

  it.each([["no-colon-secret"], [": secret"], ["X-A: secret", "X-A: secret"]])(
    "rejects the headers %j without repeating their values",
    async (...lines) => {
      const { exit, text, requests } = await run(answers, "create", "u", "--events", "*", "--header", ...lines);
      expect([exit, requests]).toEqual([exitCodes.usage, []]);
      expect(text).toMatch(/^--header /);
      expect(text).not.toContain("secret");
    },
  );

  const create = (status: number, body: object) =>
    run({ "POST /webhooks/endpoints": { status, body } }, "create", "u", "--events", "foo.*");

  it("shows the API's error and the allowed values", async () => {
    const details = { valid: ["a", "b"] };
    const body = { code: "validation.invalid_value", message: "No entity 'foo'.", field: "events", details };
    expect(await create(400, body)).toMatchObject({
      exit: exitCodes.usage,
      text: "The API returned 400: No entity 'foo'. Valid are a, b.",
    });
  });

  it("shows the reason for any error details", async () => {
    const body = { code: "conflict.duplicate", message: "50 is all.", details: { limit: 50 } };
    expect(await create(409, body)).toMatchObject({ exit: exitCodes.failed, text: "The API returned 409: 50 is all." });
  });

  it("says what to do when the token lacks the scope", async () => {
    const message = "The token lacks the scope AIBooks.webhooks.MANAGE.";
    expect(await create(403, { code: "authz.scope_missing", message })).toMatchObject({
      exit: exitCodes.failed,
      text: `The API returned 403: ${message} Issue a token that has it with token create.`,
    });
  });
});

describe("webhooks list and show", () => {
  it("show the endpoints, without control characters of URLs", async () => {
    const endpoints = [endpoint, { ...endpoint, ...disabled, endpoint_id: "wh_2", url: "https://e.com/\u001b[2J" }];
    const { text, json } = await run({ "GET /webhooks/endpoints": responseOf({ endpoints }) }, "list");
    expect(text.split("\n")).toEqual([
      "ENDPOINT  STATUS    EVENTS              URL",
      "wh_1      enabled   invoice.* *.voided  https://example.com/hook",
      "wh_2      disabled  invoice.* *.voided  https://e.com/·[2J",
    ]);
    expect(json).toEqual({ endpoints });
  });

  it("say how to create one when no endpoints exist", async () => {
    const { text } = await run({ "GET /webhooks/endpoints": responseOf({ endpoints: [] }) }, "list");
    expect(text).toBe("No endpoints. Create one with webhooks create URL.");
  });

  it("show the names of headers", async () => {
    const header_names = ["X-Api-Key", "X-B"];
    const show = (over: object) =>
      run({ "GET /webhooks/endpoints/wh_1": responseOf({ endpoint: { ...endpoint, ...over } }) }, "show", "wh_1");
    expect((await show({ header_names })).text).toMatch(/^headers +X-Api-Key: …, X-B: …$/m);
    expect((await show({})).text).toMatch(/^headers +-$/m);
  });

  it("show the health of an endpoint", async () => {
    const { text } = await run(
      { "GET /webhooks/endpoints/wh_1": responseOf({ endpoint: { ...endpoint, ...disabled, health } }) },
      ...["show", "wh_1"],
    );
    expect(text).toMatch(/^status +disabled \(gone\) since 2026-05-04 10:00:00$/m);
    expect(text).toMatch(/^circuit +open$/m);
    expect(text).toMatch(/^failures +6, since 2026-05-03 10:00:00$/m);
    expect(text).toMatch(/^last success +never$/m);
  });

  it("send any id, encoded", async () => {
    const { requests, exit, text } = await run({}, "show", "../a?b#c");
    expect(requests.map(({ path }) => path)).toEqual(["/api/public/v1/webhooks/endpoints/..%2Fa%3Fb%23c"]);
    expect({ exit, text }).toEqual({ exit: exitCodes.failed, text: expect.stringContaining("404") });
  });
});

describe("webhooks update", () => {
  const answers = { "PATCH /webhooks/endpoints/wh_1": responseOf({ endpoint }) };

  it.each([
    [["--url", "https://b.example"], { url: "https://b.example" }],
    [["--events", "invoice.*", "bill.paid"], { events: ["invoice.*", "bill.paid"] }],
    [["--entity", "inv_1", "--description", "x"], { entity_id: "inv_1", description: "x" }],
    [["--entity", "", "--description", ""], { entity_id: null, description: null }],
    [["--header", "X-A: b", "--url", "https://u"], { url: "https://u", headers: { "X-A": "b" } }],
    [["--no-headers"], { headers: null }],
    [["--enable"], { enabled: true }],
    [["--disable"], { enabled: false }],
  ])("with %j sends only the given settings", async (options, body) => {
    const { requests, text } = await run(answers, "update", "wh_1", ...options);
    expect(requests[0]?.body).toEqual(body);
    expect(text).toMatch(/^endpoint +wh_1$/m);
  });

  it.each([
    [["--enable", "--disable"], /not both/],
    [[], /^Nothing to change/],
  ])("rejects %j before any request", async (options, message) => {
    expect(await run(answers, "update", "wh_1", ...options)).toMatchObject({
      requests: [],
      exit: exitCodes.usage,
      text: expect.stringMatching(message),
    });
  });

  it("offers a replay of missed events", async () => {
    const missed = { since: "2026-05-04T10:00:00.000Z", until: "2026-06-01T12:00:30.000Z", only: "failed" };
    const { text } = await run(
      { "PATCH /webhooks/endpoints/wh_1": responseOf({ endpoint, missed }) },
      "update",
      "wh_1",
      "--enable",
    );
    expect(text).toContain(
      "To send what it missed: webhooks replay wh_1 --since 2026-05-04T10:00:00.000Z --until 2026-06-01T12:00:30.000Z --only failed",
    );
  });
});

describe("webhooks delete and rotate-secret", () => {
  it("delete an endpoint", async () => {
    const { text, json, requests } = await run({ "DELETE /webhooks/endpoints/wh_1": responseOf({}) }, "delete", "wh_1");
    expect({ text, json, body: requests[0]?.body }).toEqual({
      text: "Deleted wh_1.",
      json: { deleted: "wh_1" },
      body: null,
    });
  });

  it.each([
    [[], {}],
    [["--overlap", "2h"], { overlap_seconds: 7_200 }],
    [["--overlap", "0h"], { overlap_seconds: 0 }],
  ])("rotate the secret with %j", async (options, body) => {
    const answers = {
      "POST /webhooks/endpoints/wh_1/rotate-secret": responseOf({ endpoint: { ...endpoint, secret: "whsec_new" } }),
    };
    const { text, requests, stderr } = await run(answers, "rotate-secret", "wh_1", ...options);
    expect(requests[0]?.body).toEqual(body);
    expect({ text, stderr }).toEqual({
      text: "whsec_new",
      stderr: expect.stringMatching(/^Store the secret of wh_1 now/),
    });
  });

  it("reject an invalid overlap", async () => {
    expect(await run({}, "rotate-secret", "wh_1", "--overlap", "a while")).toMatchObject({
      exit: exitCodes.usage,
      text: expect.stringMatching(/^--overlap must be a duration/),
      requests: [],
    });
  });
});

it("webhooks event-types lists the event types", async () => {
  const event_types = [
    { event_type: "invoice.sent", description: "An invoice was sent.", sample: { a: 1 }, schema: {} },
  ];
  const { text, json } = await run({ "GET /webhooks/event-types": responseOf({ event_types }) }, "event-types");
  expect(text).toMatch(/^invoice\.sent +An invoice was sent\.$/m);
  expect(json).toEqual({ event_types });
});
