import { describe, expect, it } from "vitest";
import { exitCodes } from "#clients/cli/command-result.ts";
import { dispatch } from "#clients/cli/dispatch.ts";
import { aCommandContext } from "#test/unit/cli/command-context.ts";
import { type CannedResponse, fakeApi, responseOf } from "#test/unit/cli/fake-api.ts";
import { runCommand } from "#test/unit/cli/run-command.ts";

const delivery = {
  delivery_id: "dlv_1",
  endpoint_id: "wh_1",
  event_id: "evt_1",
  event_type: "invoice.sent",
  status: "succeeded",
  reason: null,
  attempt_count: 1,
  created_at: "2026-05-11T08:30:12.000Z",
  last_attempt_at: "2026-05-11T08:30:12.000Z",
  last_response_status: 200,
  last_error: null,
  next_attempt_at: null,
};

const pending = {
  status: "pending",
  attempt_count: 2,
  last_response_status: 503,
  next_attempt_at: "2026-05-11T09:00:00.000Z",
};
const failed = {
  status: "failed",
  reason: "exhausted",
  attempt_count: 9,
  last_response_status: null,
  last_error: "tls",
};

const attempt = {
  number: 1,
  at: "2026-05-11T08:30:12.000Z",
  duration_ms: 41.6,
  outcome: "failed",
  response_status: 500,
  error: null,
  message: null,
  response_headers: { "content-type": "text/html" },
  response_body: "<h1>No</h1>\r\n\u001b]0;owned\u0007\tend",
  response_truncated: true,
};

const notFound: CannedResponse = {
  status: 404,
  body: { code: "not_found.resource", message: "The delivery does not exist." },
};
const busy: CannedResponse = {
  status: 429,
  headers: { "retry-after": "7" },
  body: { code: "rate_limit.exceeded", message: "" },
};

const run = (answers: Parameters<typeof runCommand>[0], ...args: string[]) => runCommand(answers, "webhooks", ...args);

describe("webhooks deliveries", () => {
  const path = "GET /webhooks/endpoints/wh_1/deliveries";

  it("shows the result of each delivery", async () => {
    const deliveries = [{ ...delivery, ...pending }, { ...delivery, ...failed, delivery_id: "dlv_2" }, delivery];
    const { text, json } = await run({ [path]: responseOf({ deliveries }) }, "deliveries", "wh_1");
    expect(text.split("\n")).toEqual([
      "CREATED (UTC)        DELIVERY  EVENT TYPE    STATUS     ATTEMPTS  LAST  NEXT (UTC)           REASON",
      "2026-05-11 08:30:12  dlv_1     invoice.sent  pending    2         503   2026-05-11 09:00:00  -",
      "2026-05-11 08:30:12  dlv_2     invoice.sent  failed     9         tls   -                    exhausted",
      "2026-05-11 08:30:12  dlv_1     invoice.sent  succeeded  1         200   -                    -",
    ]);
    expect(json).toEqual({ deliveries, has_more: false });
  });

  it("filters by time, relative to now", async () => {
    const options = [
      "--status",
      "failed",
      "--type",
      "bill.paid",
      "--since",
      "7d",
      "--until",
      "2026-06-01",
      "--limit",
      "5",
    ];
    const { requests } = await run({}, "deliveries", "wh_1", ...options);
    expect(Object.fromEntries(new URL(requests[0]?.path ?? "", "http://a").searchParams)).toEqual({
      status: "failed",
      event_type: "bill.paid",
      since: "2026-05-25T12:00:30.000Z",
      until: "2026-06-01T23:59:59.999Z",
      limit: "5",
    });
  });

  const firstPage = (next: string): CannedResponse => ({
    headers: { link: `<${next}>; rel="next"` },
    body: { deliveries: [delivery] },
  });
  const next = "/api/public/v1/webhooks/endpoints/wh_1/deliveries?cursor=dlv_1";

  it("shows one page and reports that more follow", async () => {
    const { json, stderr, requests } = await run({ [path]: firstPage(next) }, "deliveries", "wh_1");
    expect(json).toMatchObject({ has_more: true, deliveries: { length: 1 } });
    expect(stderr).toBe("More pages follow. Use --all to show them.\n");
    expect(requests).toHaveLength(1);
  });

  it("reads all pages, waits for the rate limit, and follows no link to another host", async () => {
    const { json, stderr, seconds, requests } = await run(
      {
        [`${path}?limit=100`]: firstPage(`https://elsewhere.example${next}`),
        [`${path}?limit=100&cursor=dlv_1`]: [busy, responseOf({ deliveries: [delivery] })],
      },
      ...["deliveries", "wh_1", "--all"],
    );
    expect(json).toMatchObject({ has_more: false, deliveries: { length: 2 } });
    expect(requests).toHaveLength(3);
    // The client waits up to a second longer than the API states.
    expect(Math.floor(seconds)).toBe(7);
    expect(stderr).toBe("Rate limit of the token reached. Waiting 8 seconds.\n");
  });

  it("does not wait for a single page", async () => {
    const { text, exit, seconds } = await run({ [path]: busy }, "deliveries", "wh_1");
    expect({ exit, seconds }).toEqual({ exit: exitCodes.failed, seconds: 0 });
    expect(text).toBe("Rate limit of the token reached. Try again in 7 seconds.");
  });

  it("fails when the response is not from the API", async () => {
    const { text, exit } = await run({ [path]: { body: ["hello"] } }, "deliveries", "wh_1");
    expect({ text, exit }).toEqual({
      text: expect.stringContaining("Unknown response"),
      exit: exitCodes.failed,
    });
  });
});

describe("webhooks delivery", () => {
  it("shows each attempt without control characters", async () => {
    const attempts = [
      attempt,
      {
        ...attempt,
        number: 2,
        response_status: null,
        error: "tls",
        message: "The certificate has expired.",
        response_headers: {},
        response_body: "",
        response_truncated: false,
      },
    ];
    const answers = {
      "GET /webhooks/endpoints/wh_1/deliveries/dlv_1": responseOf({ delivery: { ...delivery, ...failed, attempts } }),
    };
    const { text } = await run(answers, "delivery", "wh_1", "dlv_1");
    expect(text).toMatch(/^reason +exhausted$/m);
    expect(text.slice(text.indexOf("Attempt 1")).split("\n")).toEqual([
      "Attempt 1  2026-05-11 08:30:12  failed 500  in 42 ms",
      "    content-type: text/html",
      "",
      "    <h1>No</h1>",
      "    ·]0;owned·  end",
      "    … (truncated)",
      "",
      "Attempt 2  2026-05-11 08:30:12  failed tls  in 42 ms",
      "    The certificate has expired.",
    ]);
  });
});

describe("webhooks retry", () => {
  it("sends one request and says where to look", async () => {
    const route = "POST /webhooks/endpoints/wh_1/deliveries/dlv_1/retry";
    const { text, exit, requests } = await run({ [route]: responseOf({ delivery }, 202) }, "retry", "wh_1", "dlv_1");
    expect({ exit, requests: requests.length }).toEqual({ exit: exitCodes.done, requests: 1 });
    expect(text).toContain("webhooks delivery wh_1 dlv_1");
  });
});

describe("webhooks test", () => {
  const ask = {
    "POST /webhooks/endpoints/wh_1/test": responseOf(
      { delivery: { delivery_id: "dlv_1", event_type: "x", status: "pending" } },
      202,
    ),
  };
  const look = "GET /webhooks/endpoints/wh_1/deliveries/dlv_1";
  const found = (over: object) => responseOf({ delivery: { ...delivery, event_id: null, ...over } });

  it("waits until the test delivery is listed, attempted and finished", async () => {
    const answers = {
      ...ask,
      [look]: [notFound, busy, found({ ...pending, attempts: [] }), found({ attempts: [attempt] })],
    };
    const { text, exit, requests } = await run(answers, "test", "wh_1", "--type", "bill.paid");
    expect(requests[0]?.body).toEqual({ event_type: "bill.paid" });
    expect({ exit, requests: requests.length }).toEqual({ exit: exitCodes.done, requests: 5 });
    expect(text).toMatch(/^status +succeeded$/m);
    expect(text).toContain("Attempt 1");
  });

  it("fails with the response of the endpoint", async () => {
    const answers = { ...ask, [look]: found({ ...failed, reason: "test_failed", attempts: [attempt] }) };
    const { text, json, exit, requests } = await run(answers, "test", "wh_1");
    expect(requests[0]?.body).toEqual({});
    expect(exit).toBe(exitCodes.failed);
    expect(text).toContain("<h1>No</h1>");
    expect(json).toMatchObject({ delivery: { status: "failed", attempts: [{ response_status: 500 }] } });
  });

  it("suggests the nearest of many event types for an unknown one", async () => {
    const valid = ["invoice.sent", ...Array.from({ length: 99 }, (_, at) => `bill.verb${at}`)];
    const body = { code: "x", message: "Unknown event_type 'invoice.snt'.", details: { valid } };
    const answers = { "POST /webhooks/endpoints/wh_1/test": { status: 400, body } };
    const { text } = await run(answers, "test", "wh_1", "--type", "invoice.snt");
    expect(text).toBe("The API returned 400: Unknown event_type 'invoice.snt'. Did you mean invoice.sent?");
  });

  it("lists all options for an unknown and dissimilar option", async () => {
    const { text } = await run({}, "test", "wh_1", "--event", "invoice.sent");
    expect(text).toContain("Unknown option --event. Options: --type, --org, --token, --stack, --json, --help.");
  });

  it("stops after a minute and says how to continue", async () => {
    const { text, exit, seconds } = await run({ ...ask, [look]: notFound }, "test", "wh_1");
    expect({ exit, seconds }).toEqual({ exit: exitCodes.failed, seconds: 60 });
    expect(text).toContain("webhooks delivery wh_1 dlv_1");
  });
});

describe("webhooks replay", () => {
  const start = "POST /webhooks/endpoints/wh_1/replay";
  const look = "GET /webhooks/endpoints/wh_1/replays/rpl_1";
  const replay = {
    replay_id: "rpl_1",
    status: "running",
    since: "x",
    until: "y",
    events: null,
    only: "failed",
    examined: 0,
    sent: 0,
  };
  const stage = (over: object) => responseOf({ replay: { ...replay, ...over } });

  it("waits until all deliveries are enqueued", async () => {
    const { text, exit, requests } = await run(
      {
        [start]: responseOf({ replay }, 202),
        [look]: [stage({ examined: 500, sent: 3 }), busy, stage({ status: "done", examined: 700, sent: 5 })],
      },
      ...["replay", "wh_1", "--since", "1d", "--until", "2h", "--events", "invoice.*", "--only", "all"],
    );
    expect(requests[0]?.body).toEqual({
      since: "2026-05-31T12:00:30.000Z",
      until: "2026-06-01T10:00:30.000Z",
      events: ["invoice.*"],
      only: "all",
    });
    expect({ exit, text }).toEqual({
      exit: exitCodes.done,
      text: "Queued 5 matching events of 700 examined. To see their delivery: webhooks deliveries wh_1",
    });
  });

  it("reports that nothing matched", async () => {
    const answers = { [start]: responseOf({ replay }, 202), [look]: stage({ status: "done", examined: 5, sent: 0 }) };
    const { text } = await run(answers, "replay", "wh_1", "--since", "1d");
    expect(text).toBe("Queued 0 undelivered events of 5 examined.");
  });

  it("rejects failed deliveries before their retention, with a valid alternative", async () => {
    const { text, exit, requests } = await run({}, "replay", "wh_1", "--only", "failed", "--since", "30d");
    expect({ text, exit, requests }).toEqual({
      text: "--since is too far back: failed deliveries are kept for 30 days. Give 29d or less, or --only all.",
      exit: exitCodes.usage,
      requests: [],
    });
  });

  it("reports the status, the count and what to check when the replay ended early", async () => {
    const answers = {
      [start]: responseOf({ replay }, 202),
      [look]: stage({ status: "stopped", examined: 500, sent: 3 }),
    };
    const { text, exit } = await run(answers, "replay", "wh_1", "--since", "1d");
    expect({ exit, text }).toEqual({
      exit: exitCodes.failed,
      text: expect.stringMatching(
        /^The replay ended early, with status stopped\. Queued 3 undelivered events of 500 examined\. Check that the endpoint /,
      ),
    });
  });

  it("does not stop the replay when it is interrupted", async () => {
    const { cwd, requests } = await fakeApi({ [start]: responseOf({ replay }, 202), [look]: stage({}) });
    const { context, interruption } = aCommandContext({ cwd });
    const sleep = async () => interruption.abort();
    const replaying = dispatch(["webhooks", "replay", "wh_1", "--since", "1d"], { ...context, sleep });
    await expect(replaying).rejects.toThrow("Interrupted. The replay continues in the stack.");
    expect(requests).toHaveLength(2);
  });

  it.each([
    [true, 3, "Would queue 3 undelivered events of 700 examined."],
    [true, 1, "Would queue 1 undelivered event of 700 examined."],
    [
      false,
      3,
      "Would queue 3 undelivered events of 700 examined. Only the newest part was examined; older events may match, too.",
    ],
  ])("only counts in a dry run; complete: %s, matching: %i", async (complete, count, text) => {
    const counted = responseOf({ replay: { dry_run: true, count, examined: 700, complete } });
    const result = await run({ [start]: counted }, "replay", "wh_1", "--since", "2026-05-11", "--dry-run");
    expect(result.requests.map(({ body }) => body)).toEqual([{ since: "2026-05-11T00:00:00.000Z", dry_run: true }]);
    expect(result.text).toBe(text);
  });
});
