import { readFileSync } from "node:fs";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { windowStart } from "#shared/auth/rate-limit.ts";
import { formatToken, hashToken, toTokenId } from "#shared/auth/token-format.ts";
import { comparable, readActivitiesXml, readActivityXml, readErrorXml } from "#test/support/api/activity-xml.ts";
import { linkedSample, sampleOrigin, sampleZone, vendorSample } from "#test/support/api/simplybooks-samples.ts";
import { anInput } from "#test/support/builders.ts";
import { readLogs, startStack, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const issuedKey = z.object({ secret: z.string(), token: z.object({ token_id: z.string() }) });

const activity = z.looseObject({
  activity_id: z.string(),
  uri: z.string(),
  type: z.string(),
  date: z.string(),
  user: z.string(),
  information: z.string(),
  client_id: z.nullable(z.string()),
  invoice_id: z.nullable(z.string()),
  quote_id: z.nullable(z.string()),
});

type Activity = z.infer<typeof activity>;

type Account = { readonly org_id: string; readonly key: string; readonly token_id: string };

const list = "/api/v1/activities";
const accountPath = "/api/v1/accounts/current";
const xmlType = "application/xml; charset=utf-8";
const jsonType = "application/json; charset=utf-8";
const events = 60;

let stack: TestStack;
/** An account with the demo quarter, which no test changes. */
let acme: Account;
let other: Account;
let everything: readonly Activity[];

beforeAll(async () => {
  stack = await startStack();
  acme = await anAccount("org_sb_acme", { account_number: "1001", time_zone: "Asia/Kolkata" });
  other = await anAccount("org_sb_other", { account_number: "2002" });
  await stack.append(generateQuarter(acme.org_id, events, 7));
  const related = [{ entity_type: "CONTACT" as const, entity_id: "con_of_other" }];
  await stack.append([anInput({ org_id: other.org_id, entity_id: "inv_of_other", related })]);
  everything = await walk(acme, 100);
});

async function keyOf(org_id: string): Promise<Account> {
  const { secret, token } = issuedKey.parse(await stack.admin({ action: "key.create", org_id }));
  return { org_id, key: secret, token_id: token.token_id };
}

async function anAccount(org_id: string, settings: { account_number?: string; time_zone?: string } = {}) {
  await stack.admin({ action: "org.create", org_id });
  await stack.admin({ action: "org.update", org_id, robot_name: "Robot", ...settings });
  return keyOf(org_id);
}

async function ask({ key }: Pick<Account, "key">, path: string, headers: Record<string, string> = {}) {
  const response = await stack.get(path, { "x-api-key": key, ...headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function found(account: Account, path: string): Promise<string> {
  const { status, body } = await ask(account, path);
  expect(status, body).toBe(200);
  return body;
}

async function listed(account: Account, parameters: Record<string, string | number> = {}): Promise<Activity[]> {
  const query = new URLSearchParams({ format: "json" });
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  return z.array(activity).parse(JSON.parse(await found(account, `${list}?${query}`)));
}

/** Every activity of an account, page after page until one is not full. */
async function walk(account: Account, take: number, between = async () => {}): Promise<Activity[]> {
  const walked: Activity[] = [];
  for (let skip = 0; ; skip += take) {
    const page = await listed(account, { skip, take });
    walked.push(...page);
    if (page.length < take) return walked;
    await between();
  }
}

const ids = (activities: readonly Activity[]) => activities.map(({ activity_id }) => activity_id);

/** The first activity that is as wanted. */
function anActivity(isWanted: (activity: Activity) => boolean): Activity {
  const wanted = everything.find(isWanted);
  if (wanted === undefined) throw new Error("The demo quarter has no such activity.");
  return wanted;
}

/** Sets what a token has used of its rate in this minute. */
async function setUses({ token_id }: Account, used: number): Promise<void> {
  await stack.dynamodb.send(
    new UpdateItemCommand({
      TableName: stack.tables.config ?? "",
      Key: { pk: { S: `token#${token_id}` }, sk: { S: "token" } },
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: "SET rate_window = :window, rate_used = :used",
      ExpressionAttributeValues: {
        ":window": { S: windowStart(new Date()).toISOString() },
        ":used": { N: String(used) },
      },
    }),
  );
}

describe("vendor sample", () => {
  let sample: Account;
  const golden = (file: string) => {
    const text = readFileSync(new URL(`../../golden/simplybooks/${file}`, import.meta.url), "utf8");
    return text.replaceAll(sampleOrigin, stack.api);
  };

  beforeAll(async () => {
    sample = await anAccount("org_sb_sample", { time_zone: sampleZone });
    const { org_id } = sample;
    await stack.append([
      { org_id, ...vendorSample },
      { org_id, ...linkedSample },
    ]);
  });

  it.each([
    ["activity", "2829286459676944"],
    ["linked", "2829396758996554"],
  ])("%s is returned byte for byte by its number, as XML and JSON", async (name, id) => {
    const xml = await ask(sample, `${list}/${id}`);
    expect([xml.status, xml.headers.get("content-type"), xml.body]).toEqual([200, xmlType, golden(`${name}.xml`)]);
    const json = await ask(sample, `${list}/${id}`, { accept: "application/json" });
    const compact = JSON.stringify(JSON.parse(golden(`${name}.json`)));
    expect([json.status, json.headers.get("content-type"), json.body]).toEqual([200, jsonType, compact]);
  });

  it("is in the list, newest first, with the URL of the activity", async () => {
    const [newer, older] = ["linked", "activity"].map((name) => JSON.stringify(JSON.parse(golden(`${name}.json`))));
    const { body, headers } = await ask(sample, `${list}?format=json`);
    expect([headers.get("content-type"), body]).toEqual([jsonType, `[${newer},${older}]`]);
    for (const { uri, activity_id } of await listed(sample)) {
      expect(readActivityXml(await found(sample, uri.slice(stack.api.length)))).toMatchObject({ activity_id });
    }
  });

  it("is XML by default, and the parameter format takes precedence over Accept", async () => {
    const type = async (query: string, accept?: string) =>
      (await ask(sample, `${list}${query}`, accept === undefined ? {} : { accept })).headers.get("content-type");
    expect(await type("")).toBe(xmlType);
    expect(await type("", "application/json;q=0.5, application/xml")).toBe(xmlType);
    expect(await type("", "application/xml;q=0.5, application/json")).toBe(jsonType);
    expect(await type("?format=xml", "application/json")).toBe(xmlType);
    expect(await type("?format=json", "application/xml")).toBe(jsonType);
    const { status, body } = await ask(sample, `${list}?format=csv`);
    expect([status, readErrorXml(body)]).toEqual([400, expect.stringMatching(/^format unknown/)]);
  });
});

describe("GET /activities", () => {
  it("returns the same in both formats on every page", async () => {
    for (let skip = 0; skip < everything.length; skip += 100) {
      const xml = readActivitiesXml(await found(acme, `${list}?skip=${skip}`));
      expect(xml).toEqual(everything.slice(skip, skip + 100).map(comparable));
    }
  });

  it("returns every event once, in the order of FinzBooks, with any skip and take", async () => {
    const { secret } = await stack.token([acme.org_id]);
    const page = z.object({ activity: z.array(z.object({ entity_id: z.string(), occurred_at: z.string() })) });
    const expected: unknown[] = [];
    for (let path: string | null = "/api/public/v1/activity?limit=500"; path !== null; ) {
      const response: Response = await stack.get(path, { authorization: `Bearer ${secret}` });
      for (const { entity_id, occurred_at } of page.parse(await response.json()).activity) {
        const kolkata = new Date(Date.parse(occurred_at) + 330 * 60_000).toISOString();
        expected.push([kolkata.slice(0, 19).replace("T", " "), entity_id]);
      }
      path = /<[^>]*(\/api\/[^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? null;
    }
    const shown = (activities: readonly Activity[]) =>
      activities.map(({ date, information }) => [date, /\(ID (.*)\)$/.exec(information)?.[1]]);
    expect(expected).toHaveLength(generateQuarter(acme.org_id, events, 7).length);
    expect(new Set(ids(everything)).size).toBe(expected.length);
    expect(shown(everything)).toEqual(expected);
    expect(ids(await walk(acme, 37))).toEqual(ids(everything));
    expect(await listed(acme, { skip: everything.length })).toEqual([]);
    expect(await listed(acme, { skip: 999_999_999 })).toEqual([]);
  });

  it("misses no activity while paging, however many are appended meanwhile", async () => {
    const account = await anAccount("org_sb_walk");
    await stack.append(generateQuarter(account.org_id, 25, 9));
    const before = ids(await walk(account, 100));
    expect(before.length).toBeGreaterThan(100);
    let appended = 0;
    const walked = await walk(account, 20, async () => {
      const now = new Date().toISOString();
      const more = Array.from({ length: 7 }, () =>
        anInput({ org_id: account.org_id, entity_id: `inv_new_${appended++}`, occurred_at: now }),
      );
      await stack.append(more);
    });
    expect(appended).toBeGreaterThan(30);
    const seen = new Set(ids(walked));
    expect(before.filter((id) => !seen.has(id))).toEqual([]);
    const order = [...new Set(ids(walked))].filter((id) => before.includes(id));
    expect(order).toEqual(before);
  });

  it("returns activities that are found by their numbers, in both formats", async () => {
    for (const one of everything.slice(40, 65)) {
      const path = `${list}/${one.activity_id}`;
      expect(JSON.parse(await found(acme, `${path}?format=json`))).toEqual(one);
      expect(readActivityXml(await found(acme, path))).toEqual(comparable(one));
    }
  });

  it("returns only the requested fields", async () => {
    const body = await found(acme, `${list}?format=json&take=1&fields=user,activity_id`);
    const [{ activity_id, user }] = [anActivity(() => true)];
    expect(body).toBe(JSON.stringify([{ activity_id, user }]));
    const one = await found(acme, `${list}/${activity_id}?format=json&fields=user,activity_id`);
    expect(one).toBe(JSON.stringify({ activity_id, user }));
  });
});

describe("GET /activities with filter", () => {
  const numbered = () => {
    const invoice_id = anActivity((one) => one.type === "invoicepayment_create" && one.invoice_id !== null).invoice_id;
    const client_id = anActivity((one) => one.quote_id !== null).client_id;
    const { activity_id, date, user } = everything[everything.length >> 1] ?? anActivity(() => true);
    return {
      invoice_id: invoice_id ?? "",
      client_id: client_id ?? "",
      activity_id,
      date,
      day: date.slice(0, 10),
      user,
    };
  };

  type Numbered = ReturnType<typeof numbered>;
  type Case = readonly [string, (of: Numbered) => string, (one: Activity, of: Numbered) => boolean];

  it.each<Case>([
    ["type", () => "type=invoicepayment_create", (one) => one.type === "invoicepayment_create"],
    ["type in words", () => "type__eq__quote_email", (one) => one.type === "quote_email"],
    ["another type", () => "type!=invoice_create", (one) => one.type !== "invoice_create"],
    ["invoice", ({ invoice_id }) => `invoice_id=${invoice_id}`, (one, of) => one.invoice_id === of.invoice_id],
    ["no invoice", () => "invoice_id=", (one) => one.invoice_id === null],
    ["client", ({ client_id }) => `client_id=${client_id}`, (one, of) => one.client_id === of.client_id],
    [
      "client and type",
      ({ client_id }) => `client_id__eq__${client_id},type=invoice_email`,
      (one, of) => one.client_id === of.client_id && one.type === "invoice_email",
    ],
    ["user", ({ user }) => `user=${user}`, (one, of) => one.user === of.user],
    ["part of a user", () => "user=~MEHTA", (one) => one.user === "Arjun Mehta"],
    ["day", ({ day }) => `date=${day}`, (one, of) => one.date.startsWith(of.day)],
    ["all but a day", ({ day }) => `date__ne__${day}`, (one, of) => !one.date.startsWith(of.day)],
    ["second", ({ date }) => `date=${date}`, (one, of) => one.date === of.date],
    ["days after", ({ day }) => `date>${day}`, (one, of) => one.date.slice(0, 10) > of.day],
    ["up to a second", ({ date }) => `date__le__${date}`, (one, of) => one.date <= of.date],
    ["before a second", ({ date }) => `date<${date}`, (one, of) => one.date < of.date],
    [
      "from a second, of a type",
      ({ date }) => `type=invoice_create,date>=${date}`,
      (one, of) => one.date >= of.date && one.type === "invoice_create",
    ],
    [
      "number",
      ({ activity_id }) => `activity_id=${activity_id}`,
      (one, { activity_id }) => one.activity_id === activity_id,
    ],
    [
      "later numbers",
      ({ activity_id }) => `activity_id>${activity_id}`,
      (one, { activity_id }) => BigInt(one.activity_id) > BigInt(activity_id),
    ],
  ])("by %s returns exactly the matching activities on all pages", async (_, filterOf, isWanted) => {
    const of = numbered();
    const filter = filterOf(of);
    const wanted = ids(everything.filter((one) => isWanted(one, of)));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.length).toBeLessThan(everything.length);
    const walked: string[] = [];
    for (let skip = 0; ; skip += 60) {
      const page = await listed(acme, { filter, skip, take: 60 });
      walked.push(...ids(page));
      if (page.length < 60) break;
    }
    expect(walked).toEqual(wanted);
  });

  it.each([
    ["filter=foo=1", "foo unknown"],
    ["filter=date=yesterday", "date unknown"],
    ["filter=references=1", "references unknown"],
    ["filter=nonsense", "filter unknown"],
    ["fields=type,foo", "foo unknown"],
    ["take=0", "take unknown"],
    ["take=101", "take unknown"],
    ["skip=-1", "skip unknown"],
    ["sort=date", "sort unknown: no sorting possible"],
    [`search=${"x".repeat(257)}`, "search too long"],
  ])("%s returns 400: %s", async (query, message) => {
    const json = await ask(acme, `${list}?format=json&${query}`);
    expect([json.status, JSON.parse(json.body)]).toEqual([400, { error: expect.stringContaining(message) }]);
    const xml = await ask(acme, `${list}?${query}`);
    expect([xml.status, readErrorXml(xml.body)]).toEqual([400, JSON.parse(json.body).error]);
  });

  it("returns nothing for unknown types, customers and documents", async () => {
    for (const filter of ["type=foo", "type=invoice_created", "client_id=unknown", "invoice_id=0", "quote_id=\u0000"]) {
      expect(await listed(acme, { filter })).toEqual([]);
    }
  });

  it("can be combined with a search that ignores case", async () => {
    const wanted = ids(everything.filter(({ information }) => information.includes("INV-2026-1007")));
    expect(wanted.length).toBeGreaterThan(1);
    expect(ids(await listed(acme, { search: "inv-2026-1007" }))).toEqual(wanted);
    expect(await listed(acme, { search: "no such thing" })).toEqual([]);
  });
});

describe("API key", () => {
  it("selects its account without X-AccountId, by id and by number", async () => {
    for (const headers of [{}, { "x-accountid": acme.org_id }, { "x-accountid": "1001" }]) {
      const { status, body } = await ask(acme, `${accountPath}?format=json`, headers);
      const account = { uri: `${stack.api}${accountPath}`, number: "1001", name: acme.org_id };
      expect([status, JSON.parse(body)]).toEqual([200, account]);
    }
  });

  it("is accepted as a bearer token", async () => {
    const response = await stack.get(list, { authorization: `Bearer ${acme.key}` });
    expect(response.status).toBe(200);
    expect(readActivitiesXml(await response.text())).toHaveLength(100);
  });

  it("never selects another account", async () => {
    const [foreign] = await listed(other);
    if (foreign === undefined) throw new Error("The other account has no activity.");
    for (const account of [other.org_id, "2002", "org_unknown"]) {
      for (const path of [list, accountPath, `${list}/${foreign.activity_id}`]) {
        const { status, body } = await ask(acme, path, { "x-accountid": account });
        expect([status, readErrorXml(body)]).toEqual([403, expect.stringMatching(/^X-AccountId unknown/)]);
        expect(body).not.toContain("inv_of_other");
      }
    }
    const byId = await ask(acme, `${list}/${foreign.activity_id}`);
    expect([byId.status, readErrorXml(byId.body)]).toEqual([404, "activity_id unknown"]);
    const unknown = await ask(acme, `${list}/7001`);
    expect([unknown.status, unknown.body]).toEqual([404, byId.body]);
    const filters = ["client_id=con_of_other", "invoice_id=inv_of_other", `activity_id=${foreign.activity_id}`];
    for (const filter of filters) expect(await listed(acme, { filter })).toEqual([]);
    expect(await listed(acme, { search: "inv_of_other" })).toEqual([]);
  });

  it("of several accounts requires X-AccountId and keeps the accounts apart", async () => {
    const { secret } = await stack.token([acme.org_id, other.org_id]);
    const token = { key: secret };
    const { status, body } = await ask(token, list);
    expect([status, readErrorXml(body)]).toEqual([400, expect.stringMatching(/^X-AccountId required/)]);
    const number = async (account: string) => {
      const { body: found } = await ask(token, `${accountPath}?format=json`, { "x-accountid": account });
      return JSON.parse(found).number;
    };
    const named = [acme.org_id, "2002", "1001", other.org_id];
    expect(await Promise.all(named.map(number))).toEqual(["1001", "2002", "1001", "2002"]);
    const activities = await ask(token, `${list}?format=json`, { "x-accountid": "2002" });
    expect(JSON.parse(activities.body)).toEqual(await listed(other));
  });

  it("returns 401 in both formats when it is missing, malformed, unknown or revoked", async () => {
    const revoked = await keyOf(acme.org_id);
    expect((await ask(revoked, list)).status).toBe(200);
    await stack.admin({ action: "token.revoke", token_id: revoked.token_id });
    const cases: Record<string, string>[] = [
      {},
      { "x-api-key": "" },
      { "x-api-key": "simplybooks_key_junk" },
      { "x-api-key": formatToken(new Uint8Array(20).fill(9), "key") },
      { "x-api-key": revoked.key },
      { authorization: `Bearer ${revoked.key}` },
      { authorization: `Basic ${Buffer.from("jan@example.com:secret").toString("base64")}` },
    ];
    for (const headers of cases) {
      for (const path of [list, `${list}/7001`, accountPath, `${list}?filter=nonsense`]) {
        const xml = await stack.get(path, headers);
        expect(xml.status).toBe(401);
        expect(xml.headers.get("content-type")).toBe(xmlType);
        expect(xml.headers.get("www-authenticate")).toMatch(/^Bearer/);
        expect(xml.headers.get("x-ratelimit-limit")).toBeNull();
        const error = readErrorXml(await xml.text());
        if (headers.authorization?.startsWith("Basic")) expect(error).toContain("X-API-Key");
        const json = await stack.get(path, { ...headers, accept: "application/json" });
        expect([json.status, await json.json()]).toEqual([401, { error }]);
      }
    }
  });

  it("requires the scope", async () => {
    const { secret } = await stack.token([acme.org_id], ["AIBooks.webhooks.MANAGE"]);
    expect((await ask({ key: secret }, list)).status).toBe(403);
  });
});

describe("SimplyBooks API, HTTP", () => {
  it.each([list, `${list}?format=json`, accountPath])("answers HEAD of %s like GET, without a body", async (path) => {
    const headers = { "x-api-key": acme.key };
    const head = await fetch(`${stack.api}${path}`, { method: "HEAD", headers });
    const get = await ask(acme, path);
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("returns 405 with Allow for %s", async (method) => {
    for (const path of [list, `${list}/7001`, accountPath]) {
      const response = await fetch(`${stack.api}${path}`, { method, headers: { "x-api-key": acme.key } });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect(readErrorXml(await response.text())).toMatch(/read/);
    }
    expect(ids(await walk(acme, 100))).toEqual(ids(everything));
  });

  it.each(["/api/v1/invoices", "/api/v1/activities/1/2", "/api/v1/accounts", "/api/v1/activities/"])(
    "returns 404 at %s",
    async (path) => {
      const { status, body } = await ask(acme, path);
      expect([status, readErrorXml(body)]).toEqual([404, "domain unknown"]);
    },
  );

  it.each(["abc", "-1", "1.5", "0", "9007199254740992", "7001%20", "%00", "..%2f..", "🧾"])(
    "returns 404 for the activity %s",
    async (id) => {
      const { status, body } = await ask(acme, `${list}/${id}`);
      expect(status, body).toBe(404);
      expect(readErrorXml(body)).toMatch(/ unknown$/);
    },
  );

  it("returns the rate-limit headers with every response, and 429 when it is exceeded", async () => {
    const account = await keyOf(acme.org_id);
    const refused = await until(async () => {
      // A minute that ends in between is tried again.
      await setUses(account, 598);
      const answers = [];
      for (const path of [list, `${list}/7001`, accountPath]) answers.push(await ask(account, path));
      const rates = answers.map(({ status, headers }) => [status, headers.get("x-ratelimit-remaining")]);
      for (const { headers } of answers) expect(headers.get("x-ratelimit-limit")).toBe("600");
      const [, , last] = answers;
      if (last?.status !== 429) return null;
      expect(rates).toEqual([
        [200, "1"],
        [404, "0"],
        [429, "0"],
      ]);
      return last;
    });
    expect(refused.headers.get("retry-after")).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(readErrorXml(refused.body)).toMatch(/600 requests/);
    expect((await ask(acme, accountPath)).status).toBe(200);
  });
});

it("SimplyBooks API never logs a key", async () => {
  const account = await keyOf(acme.org_id);
  await ask(account, list);
  await stack.get(list, { authorization: `Bearer ${account.key}` });
  await ask(account, `${list}/7001?format=json`, { "x-accountid": "org_unknown" });
  const password = Buffer.from("jan@example.com:secret").toString("base64");
  await stack.get(list, { authorization: `Basic ${password}` });
  const logged = await until(() => {
    const logs = readLogs(stack.logs);
    return logs.includes(toTokenId(hashToken(account.key))) && logs.includes("org_mismatch") && logs;
  });
  for (const hidden of [account.key, acme.key, other.key, hashToken(account.key), password]) {
    expect(logged).not.toContain(hidden);
  }
});
