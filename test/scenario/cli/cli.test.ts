import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anInput } from "#test/support/builders.ts";
import { type CommandLine, commandLine, localStackFile, stackFile } from "#test/support/command-line.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

let stack: TestStack;
let demo: Tenant;
let cli: CommandLine;

beforeAll(async () => {
  stack = await startStack();
  demo = await stack.tenant();
  cli = commandLine(stackFile(stack, { demo: { org_id: demo.org_id, token: demo.token, slug: "demo" } }));
});

describe("organisations and tokens", () => {
  it("are created, listed and revoked", async () => {
    const org = ["org", "create", "org_cli", "--name", "Čapek & Sons", "--slug", "capek"];
    expect(await cli.json(org)).toMatchObject({ org: { org_id: "org_cli", name: "Čapek & Sons", slug: "capek" } });
    expect((await cli.run(["org", "list"])).stdout).toMatch(
      /^org_cli +capek +- +active +UTC +1 +\d{4}-\d\d-\d\d +Čapek & Sons$/m,
    );

    const create = ["token", "create", "--org", "org_cli", demo.org_id, "--scope", "AIBooks.activity.READ"];
    const { token, secret } = await cli.json([...create, "--expires", "90d", "--user", "usr_1"]);
    expect(token).toMatchObject({ org_ids: ["org_cli", demo.org_id], user_id: "usr_1", revoked_at: null });
    const id = String(Object(token).token_id);
    const list = ["list", "--org", "org_cli", "--token", String(secret), "--stack", localStackFile];
    expect(await cli.run(list)).toMatchObject({ code: 0, stdout: "No events.\n" });

    expect((await cli.run(["token", "list", "--org", "org_cli"])).stdout).toMatch(new RegExp(`^${id} +active`, "m"));
    expect(await cli.run(["token", "revoke", id])).toMatchObject({ code: 0, stdout: expect.stringContaining(id) });
    expect((await cli.run(["token", "list", "--org", "org_cli"])).stdout).toMatch(new RegExp(`^${id} +revoked`, "m"));
    expect(await cli.run(list)).toMatchObject({ code: 1, stderr: expect.stringContaining("401") });
  });

  it("are suspended and resumed within half a minute", async () => {
    await cli.json(["org", "create", "org_paused"]);
    const { secret } = await cli.json(["token", "create", "--org", "org_paused", "--scope", "AIBooks.activity.READ"]);
    const list = ["list", "--org", "org_paused", "--token", String(secret), "--stack", localStackFile];
    expect(await cli.run(list)).toMatchObject({ code: 0 });
    expect(await cli.run(["org", "suspend", "org_paused"])).toMatchObject({ code: 0 });
    expect((await cli.run(["org", "list"])).stdout).toMatch(/^org_paused .* suspended /m);
    // Each of these questions starts a process.
    const seldom = { deadlineMs: 40_000, pauseMs: 2_000 };
    await until(async () => (await cli.run(list)).code === 1, seldom);
    expect(await cli.run(["org", "resume", "org_paused"])).toMatchObject({ code: 0 });
    await until(async () => (await cli.run(list)).code === 0, seldom);
  });

  it("have settings that the APIs of the dialects use", async () => {
    await cli.json(["org", "create", "org_dialects"]);
    const settings = ["--slug", "dialects", "--account-number", "4711", "--time-zone", "Europe/Prague"];
    expect(await cli.run(["org", "update", "org_dialects", ...settings, "--robot-name", "Robot"])).toMatchObject({
      code: 0,
      stdout: "Changed org_dialects.\n",
    });
    const { secret: key } = await cli.json(["key", "create", "--org", "org_dialects"]);
    const account = await stack.get("/api/v1/accounts/current?format=json", { "x-api-key": String(key) });
    expect(await account.json()).toMatchObject({ number: "4711", name: "org_dialects" });

    const created = await cli.json(["client", "create", "--org", "org_dialects"]);
    const { client_id, slug } = Object(created.client);
    expect(slug).toBe("dialects");
    const basic = Buffer.from(`${client_id}:${created.secret}`).toString("base64");
    const granted = await fetch(`${stack.api}/api/v3/oauth/token`, {
      method: "POST",
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    expect(await granted.json()).toMatchObject({ token_type: "Bearer", expires_in: 7200 });
    expect((await cli.run(["org", "list"])).stdout).toMatch(/^org_dialects +dialects +4711 +active +Europe\/Prague /m);
  });

  it("reject empty changes and unknown values", async () => {
    expect(await cli.run(["org", "update", demo.org_id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--time-zone"),
    });
    expect(await cli.run(["org", "update", demo.org_id, "--time-zone", "Mars"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("IANA name"),
    });
    expect(await cli.run(["org", "update", "org_none", "--name", "X"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Organisation org_none does not exist"),
    });
    await cli.json(["org", "create", "org_no_slug"]);
    expect(await cli.run(["client", "create", "--org", "org_no_slug"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("has no slug"),
    });
  });

  it("show the reason when the stack rejects a command", async () => {
    expect(await cli.run(["org", "create", demo.org_id])).toMatchObject({
      code: 1,
      stderr: `The organisation ${demo.org_id} exists already.\n`,
    });
    const scope = ["--scope", "AIBooks.activity.READ"];
    expect(await cli.run(["token", "create", "--org", "org_none", ...scope])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Create it first"),
    });
    expect(await cli.run(["org", "create", "not an id"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/org_id/),
    });
  });
});

describe("list", () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await stack.tenant();
    const { org_id } = tenant;
    await stack.append([
      ...Array.from({ length: 620 }, (_, at) => anInput({ org_id, entity_id: `inv_${at}`, actor_user_id: "usr_many" })),
      anInput({
        org_id,
        action: "BILL_APPROVED",
        entity_type: "BILL",
        entity_id: "bill_1",
        entity_ref: "B-\u001b[31m1",
        actor_user_id: "usr_1",
        actor: { name: "A\u001b[2Jnna" },
        changes: { status: { old: "DRAFT", new: "APPROVED" }, total: { old: null, new: 5 } },
        occurred_at: "2026-05-12T10:00:00.250Z",
      }),
    ]);
  });

  const env = () => ({ ACTIVITY_TOKEN: tenant.token, ACTIVITY_STACK: localStackFile });

  it("shows a table without control characters of events", async () => {
    const { stdout, code } = await cli.run(["list", "--type", "BILL"], { env: env() });
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "WHEN (UTC)           ACTION         DOCUMENT  BY        CHANGED",
      "2026-05-12 10:00:00  BILL_APPROVED  B-·[31m1  A·[2Jnna  status: DRAFT → APPROVED; total: null → 5",
      "",
    ]);
  });

  it("has colours only when enabled", async () => {
    const colourful = await cli.run(["list", "--type", "BILL"], { env: { ...env(), FORCE_COLOR: "1" } });
    expect(colourful.stdout).toContain("\u001b[32mBILL_APPROVED\u001b[39m");
    const plain = await cli.run(["list", "--type", "BILL"], { env: { ...env(), NO_COLOR: "1" } });
    expect(plain.stdout).not.toContain("\u001b");
  });

  it("filters like the API", async () => {
    const count = async (...filters: string[]) => {
      const { stdout } = await cli.run(["list", "--json", ...filters], { env: env() });
      return JSON.parse(stdout).events.length;
    };
    expect(await count("--entity", "bill_1", "--actor", "usr_1")).toBe(1);
    expect(await count("--since", "2026-05-12", "--until", "2026-05-12")).toBe(1);
    expect(await count("--since", "2026-05-13", "--until", "2026-05-13")).toBe(0);
    const wrong = await cli.run(["list", "--since", "2026-05-13", "--until", "2026-05-12"], { env: env() });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--since must not be later than --until."),
    });
    expect(await count("--actor", "usr_many", "--limit", "7")).toBe(7);
    expect(await count("--type", "INVOICE", "--actor", "usr_1")).toBe(0);
    expect(await count("--action", "BILL_APPROVED")).toBe(1);
  });

  it("shows one page, or all of them", async () => {
    const { stdout, stderr } = await cli.run(["list", "--json"], { env: env() });
    expect(JSON.parse(stdout)).toMatchObject({ has_more: true, events: { length: 100 } });
    expect(stderr).toContain("--all");
    expect(await cli.listAll(tenant)).toHaveLength(621);
  });

  it("uses the demo token of the local stack", async () => {
    expect(await cli.run(["list"])).toMatchObject({ code: 0 });
  });

  it("shows errors of the API", async () => {
    expect(await cli.run(["list", "--type", "FOO"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Unknown entity_type 'FOO'.*Valid are INVOICE, BILL/),
    });
    const denied = await cli.run(["list", "--token", "junk", "--stack", localStackFile, "--json"]);
    expect(denied).toMatchObject({ code: 1, stderr: expect.stringMatching(/ 401: .* unset ACTIVITY_TOKEN/) });
    expect(JSON.parse(denied.stdout)).toMatchObject({ error: { code: "failed" } });
  });
});

describe("deployed stack", () => {
  // CloudFormation answers for a deployed stack; behind its names stands the local one.
  const cloudFormation = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const name = new URLSearchParams(body).get("StackName");
      const member = ([key, value]: [string, string]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;
      const outputs = name === "activity-log-prod" ? Object.entries(stack.outputs).map(member).join("") : "";
      const found = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><Outputs>${outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
      const missing = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`;
      response.writeHead(name === "none" ? 400 : 200, { "content-type": "text/xml" });
      response.end(name === "none" ? missing : found);
    });
  });
  let env: Record<string, string>;
  beforeAll(async () => {
    await new Promise<void>((listening) => cloudFormation.listen(0, "127.0.0.1", listening));
    const address = cloudFormation.address();
    env = {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "operator",
      AWS_SECRET_ACCESS_KEY: "operator",
      AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${typeof address === "object" && address?.port}`,
      AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
      AWS_ENDPOINT_URL_SQS: stack.endpoints.sqs,
      AWS_ENDPOINT_URL_LAMBDA: stack.endpoints.lambda,
    };
  });
  afterAll(() => cloudFormation.close());

  const prod = ["--stack", "activity-log-prod"];

  it("is found by its outputs, and accepts the same commands", async () => {
    const away = commandLine(null);
    const tenant = await stack.tenant();
    const input = JSON.stringify(anInput({ org_id: tenant.org_id }));
    expect(await away.run(["emit", "-", "--wait", ...prod], { input, env })).toMatchObject({
      code: 0,
      stdout: "1 event: 1 accepted, 0 repeated, 0 rejected.\n",
    });
    expect((await away.run(["org", "list", ...prod], { env })).stdout).toContain(tenant.org_id);
    const read = await away.run(["list", ...prod], { env: { ...env, ACTIVITY_TOKEN: tenant.token } });
    expect(read).toMatchObject({ code: 0, stdout: expect.stringContaining("INVOICE_SENT") });
    expect(await away.run(["list", ...prod], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("ACTIVITY_TOKEN"),
    });
  });

  it("is reported when it does not exist, or is another stack", async () => {
    expect(await cli.run(["org", "list", "--stack", "none"], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Stack with id none does not exist"),
    });
    expect(await cli.run(["org", "list", "--stack", "other"], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("lacks required outputs"),
    });
  });
});
