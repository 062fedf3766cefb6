import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import type { JsonObject } from "#shared/events/text/json.ts";
import { auditLines } from "#test/support/audit-lines.ts";
import { anInput } from "#test/support/builders.ts";
import { commandLine, stackFile } from "#test/support/command-line.ts";
import { changedAssembly } from "#test/support/infra/assembly.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const page = z.object({ activity: z.array(z.object({ event_id: z.string() })) });

let stack: TestStack;

beforeAll(async () => {
  stack = await startStack();
});

const linesOf = ({ org_id }: { org_id: string }, log: "events" | "access", over = stack): JsonObject[] =>
  auditLines(over, log).filter((line) => line.org_id === org_id);

/** Waits until an organisation has this number of lines. */
const awaited = (tenant: { org_id: string }, log: "events" | "access", count: number) =>
  until(() => {
    const lines = linesOf(tenant, log);
    return lines.length >= count && lines;
  });

describe("the events audit log", () => {
  it("has one line for each event with the id of the API and the time zone of its organisation", async () => {
    const org_id = "org_kolkata";
    await stack.admin({ action: "org.create", org_id, time_zone: "Asia/Kolkata" });
    const { secret } = await stack.token([org_id]);
    const source = { metadata: { source: "PUBLIC_API", amount: 12.5 } };
    await stack.append([
      anInput({ org_id, ...source, occurred_at: "2026-05-09T20:00:00Z", actor_user_id: "usr_1" }),
      anInput({ org_id, action: "INVOICE_UPDATED", changes: { due_date: { old: null, new: "2026-06-01" } } }),
    ]);
    const lines = await awaited({ org_id }, "events", 2);
    const response = await stack.get("/api/public/v1/activity", { authorization: `Bearer ${secret}` });
    const { activity } = page.parse(await response.json());
    expect(lines.map(({ event_id }) => event_id).sort()).toEqual(activity.map(({ event_id }) => event_id).sort());
    expect(lines.find(({ action }) => action === "INVOICE_SENT")).toMatchObject({
      message: "event",
      source: "PUBLIC_API",
      occurred_local: "2026-05-10T01:30:00",
      occurred_hour: 1,
      occurred_weekday: 7,
      recorded_at: expect.any(String),
      late_seconds: expect.any(Number),
      lag_ms: expect.any(Number),
      metadata: source.metadata,
    });
    expect(lines.find(({ action }) => action === "INVOICE_UPDATED")).toMatchObject({ changed_fields: "due_date" });
  });

  it("uses UTC for events of an unknown organisation", async () => {
    await stack.append([anInput({ org_id: "org_unknown", occurred_at: "2026-05-11T08:30:12Z" })]);
    expect(await awaited({ org_id: "org_unknown" }, "events", 1)).toMatchObject([{ occurred_hour: 8 }]);
  });
});

it("the audit command shows an event with a reused id in every result, and events on behalf of a user", async () => {
  const { org_id } = await stack.tenant();
  const actor = { name: "Support", on_behalf_of: { user_id: "usr_9", name: "Anna" } };
  const voided = { org_id, action: "INVOICE_VOIDED", actor_user_id: "usr_m", event_id: `evt_${"7".repeat(32)}`, actor };
  await stack.append(["inv_secret", "inv_decoy"].map((entity_id) => anInput({ ...voided, entity_id })));
  await awaited({ org_id }, "events", 2);
  const cli = commandLine(stackFile(stack));
  for (const question of [
    ["voids-and-deletions"],
    ["user-activity", "--user", "usr_m"],
    ["user-activity", "--user", "usr_9"],
  ]) {
    const { rows } = await cli.json(["audit", ...question, "--since", "1h", "--org", org_id]);
    const found = z.array(z.object({ entity_id: z.string() })).parse(rows);
    expect(found.map(({ entity_id }) => entity_id).sort()).toEqual(["inv_decoy", "inv_secret"]);
  }
});

describe("tampering with the events table", () => {
  it("by an item of escaped characters becomes a line that the query and the alarm's filter find", async () => {
    const { org_id } = await stack.tenant();
    const Item = {
      timeline: { S: `${org_id}#huge` },
      position: { S: "p" },
      org_id: { S: org_id },
      note: { S: "\u0001".repeat(390_000) },
    };
    await stack.dynamodb.send(new PutItemCommand({ TableName: stack.tables.events, Item }));
    expect(await awaited({ org_id }, "events", 1)).toMatchObject([{ message: "tamper", operation: "INSERT" }]);
    const { rows } = await commandLine(stackFile(stack)).json(["audit", "tampering", "--since", "1h", "--org", org_id]);
    expect(rows).toMatchObject([{ operation: "INSERT", org_id }]);
  });

  it("by a role that may put is not prevented by IAM, but logged with both images", async () => {
    const { org_id } = await stack.tenant();
    await stack.append([anInput({ org_id })]);
    await awaited({ org_id }, "events", 1);
    const { event } = parseEventValue(anInput({ org_id }), {
      now: new Date(),
      entropy: `0 ${JSON.stringify(anInput({ org_id }))}`,
    });
    const forged = { ...toEventItem(event), action: "INVOICE_VOIDED" };
    const Item = Object.fromEntries(Object.entries(forged).map(([name, S]) => [name, { S }]));
    await stack.dynamodb.send(new PutItemCommand({ TableName: stack.tables.events, Item }));
    const lines = await awaited({ org_id }, "events", 2);
    expect(lines.at(-1)).toMatchObject({
      message: "tamper",
      operation: "MODIFY",
      event_id: event.event_id,
      before: { action: "INVOICE_SENT" },
      after: { action: "INVOICE_VOIDED" },
    });
  });

  it("by a modification or deletion is refused, also to the owner of the account", async () => {
    const Key = { timeline: { S: "a" }, position: { S: "b" } };
    const { events: TableName } = stack.tables;
    const update = new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: "REMOVE #field",
      ExpressionAttributeNames: { "#field": "action" },
    });
    await expect(stack.dynamodb.send(new DeleteItemCommand({ TableName, Key }))).rejects.toThrow(/explicit deny/);
    await expect(stack.dynamodb.send(update)).rejects.toThrow(/explicit deny/);
    const chunk = { TableName: stack.tables.ledger, Item: { pk: { S: "log#org_a" }, sk: { N: "0" } } };
    await expect(stack.dynamodb.send(new PutItemCommand(chunk))).rejects.toThrow(/explicit deny/);
  });

  it("after the resource policy was removed is logged, as is an added item that is not an event", async () => {
    const withoutPolicy = changedAssembly((template) => template.replaceAll('"Effect": "Deny"', '"Effect": "Allow"'));
    const open = await startStack(withoutPolicy);
    const { org_id } = await open.tenant();
    await open.append([anInput({ org_id })]);
    const TableName = open.tables.events;
    const [line] = await until(() => {
      const lines = linesOf({ org_id }, "events", open);
      return lines.length > 0 && lines;
    });
    const position = { S: `${line?.occurred_at}#${line?.event_id}` };
    const Key = { timeline: { S: `${org_id}#${line?.entity_id}` }, position };
    await open.dynamodb.send(new DeleteItemCommand({ TableName, Key }));
    await open.dynamodb.send(
      new PutItemCommand({ TableName, Item: { ...Key, org_id: { S: org_id }, note: { N: "1" } } }),
    );
    const tampering = await until(() => {
      const lines = linesOf({ org_id }, "events", open).filter(({ message }) => message === "tamper");
      return lines.length === 2 && lines;
    });
    expect(tampering).toMatchObject([
      { operation: "REMOVE", event_id: line?.event_id, before: { entity_id: line?.entity_id } },
      { operation: "INSERT", after: { note: { N: "1" } } },
    ]);
  });
});

describe("the access audit log", () => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await stack.tenant();
  });

  it("has one line for a read, with filters but without the token", async () => {
    const response = await stack.get("/api/public/v1/invoices/inv_1/activity?since=2026-05-01&limit=5", tenant.headers);
    const request_id = response.headers.get("x-request-id");
    const [line, ...others] = await until(() => {
      const lines = linesOf(tenant, "access").filter((candidate) => candidate.request_id === request_id);
      return lines.length > 0 && lines;
    });
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      message: "request",
      dialect: "finzbooks",
      method: "GET",
      route: "activity",
      org_id: tenant.org_id,
      token_id: expect.stringMatching(/^tok_/),
      entity_id: "inv_1",
      filters: "entity_type=INVOICE since=2026-05-01T00:00:00.000Z limit=5",
      count: 0,
      status: 200,
      ip: "127.0.0.1",
      duration_ms: expect.any(Number),
      function: stack.functions.finzbooks,
    });
    expect(JSON.stringify(line)).not.toContain(tenant.token);
  });

  it("has one line for each administrative call and for each refused request", async () => {
    await stack.get("/api/public/v1/whoami", { authorization: "Bearer aibooks_pat_wrong" });
    const lines = await until(() => {
      const all = auditLines(stack, "access");
      return all.some(({ status }) => status === 401) && all;
    });
    expect(lines.filter(({ status }) => status === 401)).toMatchObject([{ token_id: "none", code: "unauthenticated" }]);
    expect(lines.filter(({ message, org_ids }) => message === "admin" && org_ids === tenant.org_id)).toMatchObject([
      { action: "org.create", outcome: "done", org_ids: tenant.org_id },
      { action: "token.create", outcome: "done", scopes: "AIBooks.activity.READ" },
    ]);
  });

  it("returns the results of saved queries on the command line as a table, CSV and JSON", async () => {
    await stack.append([
      anInput({ org_id: tenant.org_id, action: "INVOICE_VOIDED", actor_user_id: "=cmd()", entity_id: "inv_9" }),
    ]);
    await awaited(tenant, "events", 1);
    const cli = commandLine(stackFile(stack));
    const read = await cli.json(["audit", "who-read-what", "--since", "1h", "--org", tenant.org_id]);
    expect(read).toMatchObject({
      query: "who-read-what",
      rows: [{ route: "activity", entity_id: "inv_1", count: 0 }],
      is_cut: false,
    });
    const voided = await cli.run(["audit", "voids-and-deletions", "--since", "1h", "--org", tenant.org_id, "--csv"]);
    expect(voided.stdout.split("\r\n")[0]).toBe(
      "\ufeffoccurred_at,org_id,actor_user_id,actor_name,actor_type,on_behalf_of_user_id,on_behalf_of_name,action," +
        "entity_ref,entity_id,source,event_id,changed_fields,changed_values",
    );
    expect(voided.stdout).toContain(",'=cmd(),,,,,INVOICE_VOIDED,");
    expect(voided.stderr).toMatch(/^Searched \d+ lines of the events log, /);
    const shown = await cli.run(["audit", "document-history", "--since", "1h", "--document", "inv_9"]);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/ACTOR USER ID.*\n.*INVOICE_VOIDED/) });
    const unknown = await cli.run(["audit", "voids-and-deletions", "--since", "1h", "--org", "org_typo"]);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("Unknown organisation 'org_typo'") });
    const wrong = await cli.run(["audit", "voids-and-deletion", "--since", "1h"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("voids-and-deletions") });
    expect(await cli.run(["audit", "user-activity", "--since", "1h"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("needs --user"),
    });
    expect(await cli.run(["audit", "list"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("bulk-changes"),
    });
  });
});
