import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, expect, it } from "vitest";
import * as z from "zod";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { commandLine } from "#test/support/command-line.ts";
import { startCloudFormation } from "#test/support/infra/cloud-formation.ts";

const outputs = {
  ApiUrl: "https://activity.example.com",
  QueueIngest: "ingest",
  QueueRejected: "rejected",
  TableEvents: "events",
  TableConfig: "config",
  FunctionAdmin: "access",
  FunctionRepair: "repair",
  LogEvents: "audit-events",
  LogAccess: "audit-access",
};

type Asked = { readonly operation: string; readonly input: Record<string, unknown> };
type Field = { readonly field: string; readonly value: string };
type Rows = readonly (readonly Field[])[];

/** Starts a CloudWatch Logs that returns these rows, or this status, at the second GetQueryResults of each query. */
async function startInsights(rows: Rows | ((query: string) => Rows), status = "Complete") {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    asked.push({ operation, input: z.record(z.string(), z.unknown()).parse(JSON.parse(await text(request))) });
    const polls = asked.filter((one) => one.operation === "GetQueryResults").length;
    const statistics = { recordsScanned: 31 };
    const queryOf = asked.findLast((one) => one.operation === "StartQuery")?.input.queryString;
    const found = typeof rows === "function" ? rows(String(queryOf)) : rows;
    const results = polls === 1 ? { status: "Running", results: [] } : { status, results: found, statistics };
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(operation === "StartQuery" ? { queryId: "query-1" } : results));
  });
  const origin = await listenOnLoopback(server, 0);
  afterAll(() => closeServer(server));
  return { origin, asked };
}

async function runAudit(args: readonly string[], logs: string) {
  const env = {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "auditor",
    AWS_SECRET_ACCESS_KEY: "auditor",
    AWS_ENDPOINT_URL_CLOUDFORMATION: await startCloudFormation("activity-log-prod", outputs),
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs,
    // Nothing listens there: the command must not read the config table.
    AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
    AWS_MAX_ATTEMPTS: "1",
  };
  return commandLine(null).run(["audit", ...args, "--stack", "activity-log-prod"], { env });
}

it("audit --stack sends Logs Insights the query of the console, for the time and the organisation, and waits", async () => {
  const { origin, asked } = await startInsights([
    [
      { field: "actor_user_id", value: "usr_1" },
      { field: "action", value: "INVOICE_VOIDED" },
      { field: "@ptr", value: "CloudWatch's own" },
    ],
  ]);
  const window = ["--since", "2026-05-01", "--until", "2026-05-31T12:00:00.500Z", "--org", "org_a"];
  const { code, stdout, stderr } = await runAudit(["voids-and-deletions", ...window, "--csv"], origin);
  const searched = "Searched 31 lines of the events log, 2026-05-01T00:00:00.000Z to 2026-05-31T12:00:01.000Z.\n";
  expect({ code, stderr }).toEqual({ code: 0, stderr: searched });
  expect(stdout.split("\r\n")).toEqual([
    "\ufeffoccurred_at,org_id,actor_user_id,actor_name,actor_type,on_behalf_of_user_id,on_behalf_of_name,action," +
      "entity_ref,entity_id,source,event_id,changed_fields,changed_values",
    ",,usr_1,,,,,INVOICE_VOIDED,,,,,,\n",
  ]);
  expect(asked.map(({ operation }) => operation)).toEqual(["StartQuery", "GetQueryResults", "GetQueryResults"]);
  expect(asked[0]?.input).toEqual({
    logGroupName: "audit-events",
    startTime: Date.parse("2026-05-01") / 1_000,
    endTime: Date.parse("2026-05-31T12:00:01Z") / 1_000,
    queryString: expect.stringMatching(
      /\n\| filter \(org_id = "org_a" or org_ids like .*\)\n\| fields occurred_at, org_id,/,
    ),
  });
});

it("audit --stack shows computed times as times", async () => {
  const { origin, asked } = await startInsights([
    [
      { field: "entity_id", value: "inv_1" },
      { field: "closed_at", value: "1746000000000" },
      { field: "edited_at", value: "1746086400000" },
      { field: "events", value: "7" },
      { field: "last_edit", value: "2025-05-01T08:00:00.000Z usr_1: total 1 → 2" },
    ],
  ]);
  const { stdout } = await runAudit(["edits-after-closing", "--since", "24h", "--json"], origin);
  expect(JSON.parse(stdout)).toMatchObject({
    rows: [
      {
        org_id: null,
        closed_at: "2025-04-30T08:00:00.000Z",
        edited_at: "2025-05-01T08:00:00.000Z",
        events: 7,
        last_edit: "2025-05-01T08:00:00.000Z usr_1: total 1 → 2",
      },
    ],
    is_cut: false,
  });
  expect(asked[0]?.input.logGroupName).toBe("audit-events");
});

it("audit --stack queries the access log for who-read-what", async () => {
  const { origin, asked } = await startInsights([]);
  const { code, stdout } = await runAudit(["failed-authentications", "--since", "24h"], origin);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Nothing found\.\nSearched 31 lines of the access log, /)]);
  expect(asked[0]?.input.logGroupName).toBe("audit-access");
});

it("audit --stack rejects an unknown organisation when neither the log nor the config table has it", async () => {
  const ofCount = ["tampering", "--since", "24h", "--org", "org_a"];
  const known = await startInsights((query) => (query.includes("count(*)") ? [[{ field: "count", value: "3" }]] : []));
  const empty = await runAudit(ofCount, known.origin);
  expect(empty).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing found\.\nSearched 31 lines/) });
  const { origin, asked } = await startInsights([]);
  const { code, stderr } = await runAudit(ofCount, origin);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("no permission to check") });
  expect(asked.filter(({ operation }) => operation === "StartQuery").at(-1)?.input.queryString).toBe(
    'filter (org_id = "org_a" or org_ids like /(^|,)org_a(,|$)/)\n| filter message != "admin" or outcome = "done"\n| stats count(*) as count',
  );
});

it("audit --stack exits with 3 when CloudWatch's limit truncated the result", async () => {
  const row = [{ field: "action", value: "INVOICE_VOIDED" }];
  const { origin } = await startInsights(Array.from({ length: 10_000 }, () => row));
  const { code, stderr } = await runAudit(["voids-and-deletions", "--since", "24h", "--json"], origin);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("rows may match") });
});

it("audit --stack reports a timeout of CloudWatch, and sends nothing that it cannot quote", async () => {
  const failing = await startInsights([], "Timeout");
  const failed = await runAudit(["tampering", "--since", "24h"], failing.origin);
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("Timeout") });
  const unasked = await startInsights([]);
  const refused = await runAudit(["user-activity", "--since", "24h", "--user", 'a" or 1'], unasked.origin);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("quote") });
  expect(unasked.asked).toEqual([]);
});

it.each([
  [["--since", "soon"], "or a duration such as 24h, 7d or 1y"],
  [["--since", "2026-05-02", "--until", "2026-05-01"], "--since must not be later than --until"],
  [["--since", "24h", "--user", "u"], "does not take --user"],
  [["--since", "24h", "--org", "a b"], "is not a valid organisation id"],
])("audit --stack rejects %j", async (args, message) => {
  const { origin, asked } = await startInsights([]);
  expect(await runAudit(["tampering", ...args], origin)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message),
  });
  expect(asked).toEqual([]);
});
