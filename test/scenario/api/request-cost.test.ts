import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { windowStart } from "#shared/auth/rate-limit.ts";
import { anInput } from "#test/support/builders.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";

const events = 3_000;
const search = "/api/v1/activities?search=zzzz";
const page = "/api/v1/activities?take=20";

let stack: TestStack;
let tenant: Tenant;

beforeAll(async () => {
  stack = await startStack();
  tenant = await stack.tenant();
  const { org_id } = tenant;
  const input = (n: number) => anInput({ org_id, entity_id: `inv_${n}`, metadata: { note: "x".repeat(600) } });
  for (let at = 0; at < events; at += 500) {
    await stack.append(Array.from({ length: 500 }, (_, n) => input(at + n)));
  }
});

/** Sets what a token has used of its rate in this minute. */
async function setUses(tokenId: string, used: number): Promise<void> {
  await stack.dynamodb.send(
    new UpdateItemCommand({
      TableName: stack.tables.config ?? "",
      Key: { pk: { S: `token#${tokenId}` }, sk: { S: "token" } },
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: "SET rate_window = :window, rate_used = :used",
      ExpressionAttributeValues: {
        ":window": { S: windowStart(new Date()).toISOString() },
        ":used": { N: String(used) },
      },
    }),
  );
}

/** Asks in the order given, all in one minute of the clock, and gives what is left of the rate after each. */
async function leftAfter(paths: readonly string[]): Promise<{ status: number; left: number }[]> {
  return until(async () => {
    const { secret } = await stack.token([tenant.org_id]);
    const window = windowStart(new Date()).getTime();
    const answers: { status: number; left: number }[] = [];
    for (const path of paths) {
      const response = await stack.get(path, { authorization: `Bearer ${secret}` });
      answers.push({ status: response.status, left: Number(response.headers.get("x-ratelimit-remaining")) });
    }
    return windowStart(new Date()).getTime() === window && answers;
  });
}

describe("request cost", () => {
  it("is one for a page, and more for a search that read every event without results", async () => {
    const [first, searched, last] = await leftAfter([page, search, page]);
    expect(first).toEqual({ status: 200, left: 599 });
    expect(searched?.status).toBe(200);
    // 3,000 events of about 1 KB are some 350 read units, of which 128 are included and 32 count as one request.
    const cost = 599 - (searched?.left ?? 0);
    expect(cost).toBeGreaterThan(5);
    expect(cost).toBeLessThan(25);
    expect(last).toEqual({ status: 200, left: (searched?.left ?? 0) - 1 });
  });

  it("of the change feed depends on the events of a page: one for a hundred, and more for a thousand", async () => {
    const changes = (limit: number) => `/api/public/v1/activity/changes?limit=${limit}`;
    await until(async () => {
      const body = await (await stack.get(changes(1), tenant.headers)).text();
      return JSON.parse(body).page_context.latest_sequence === events;
    });
    const [hundred, thousand] = await leftAfter([changes(100), changes(1_000)]);
    expect(hundred).toEqual({ status: 200, left: 599 });
    // 1,000 events of about 1 KB are 500 read units, and their chunks some 25.
    const cost = 599 - (thousand?.left ?? 0);
    expect(cost).toBeGreaterThanOrEqual(13);
    expect(cost).toBeLessThanOrEqual(15);
  });

  it("counts against the rate limit of its own token only", async () => {
    const other = await stack.token([tenant.org_id]);
    const refused = await until(async () => {
      const { secret, token_id } = await stack.token([tenant.org_id]);
      // As if 580 requests had come in this minute; a minute that ends in between is tried again.
      await setUses(token_id, 580);
      for (let n = 0; n < 6; n++) {
        const response = await stack.get(search, { authorization: `Bearer ${secret}` });
        if (response.status === 429) return response;
        expect(response.status).toBe(200);
      }
      return false;
    });
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const spared = await stack.get(page, { authorization: `Bearer ${other.secret}` });
    expect([spared.status, spared.headers.get("x-ratelimit-remaining")]).toEqual([200, "599"]);
  });
});
