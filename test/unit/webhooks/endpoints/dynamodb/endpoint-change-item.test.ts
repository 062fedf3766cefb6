import { describe, expect, it } from "vitest";
import { webhookOrgKey } from "#shared/platform/dynamodb/keys.ts";
import {
  endpointChangeShards,
  parseEndpointChangeItem,
  toEndpointChangeItem,
} from "#shared/webhooks/endpoints/dynamodb/endpoint-change-item.ts";
import { hashOrg, orgShards } from "#shared/webhooks/endpoints/org-hash.ts";

const now = new Date("2026-06-01T12:00:00.000Z");
const changed = { org_id: "org_demo", endpoint_id: `wh_${"0".repeat(31)}1`, version: 3 };

describe("toEndpointChangeItem and parseEndpointChangeItem", () => {
  it("create an item with a stable key that expires after a day", () => {
    expect(toEndpointChangeItem(changed, now)).toEqual({
      pk: { S: "webhook_changes#0" },
      sk: { S: `2026-06-01T12:00:00.000Z#${changed.endpoint_id}#3` },
      org_id: { S: "org_demo" },
      endpoint_id: { S: changed.endpoint_id },
      expires_at_seconds: { N: String(Date.parse("2026-06-02T12:00:00.000Z") / 1000) },
    });
  });

  it("return the change that was stored, with an id that begins with its time", () => {
    const { org_id, endpoint_id } = changed;
    const change_id = `2026-06-01T12:00:00.000Z#${endpoint_id}#3`;
    expect(parseEndpointChangeItem(toEndpointChangeItem(changed, now))).toEqual({ change_id, org_id, endpoint_id });
  });

  it("return as much as possible of a damaged item, with the endpoint from its key", () => {
    const { pk, sk, org_id } = toEndpointChangeItem(changed, now);
    const { endpoint_id } = changed;
    const parse = (item: Parameters<typeof parseEndpointChangeItem>[0]) => parseEndpointChangeItem(item);
    const change_id = sk?.S;
    expect(parse({ ...(pk && { pk }), ...(sk && { sk }) })).toEqual({ change_id, org_id: null, endpoint_id });
    expect(parse({ ...(sk && { sk }), ...(org_id && { org_id }) })).toEqual({
      change_id,
      org_id: "org_demo",
      endpoint_id,
    });
    expect(parse({})).toEqual({ change_id: "", org_id: null, endpoint_id: "" });
  });

  it("spread changes over all partitions", () => {
    const ids = Array.from({ length: 4_000 }, (_, n) => `wh_${n.toString(16).padStart(32, "0")}`);
    const partitions = ids.map((endpoint_id) => toEndpointChangeItem({ ...changed, endpoint_id }, now).pk?.S);
    const sizes = [...Map.groupBy(partitions, (pk) => pk).values()].map(({ length }) => length);
    expect(sizes).toHaveLength(endpointChangeShards);
    for (const size of sizes) expect(size).toBeGreaterThan(900);
  });
});

describe("hashOrg", () => {
  it.each([
    ["org_demo", 1161, 877_607_422],
    ["org_1", 1353, 411_050_395],
    ["a", 274, 3_390_815_690],
  ])("returns a stable shard and fingerprint for %s", (org_id, shard, fingerprint) => {
    expect(hashOrg(org_id)).toEqual({ shard, fingerprint });
    expect(webhookOrgKey(shard, org_id)).toEqual({ pk: `webhook_orgs#${shard}`, sk: `org#${org_id}` });
  });

  it("puts fewer than sixty of a hundred thousand organisations into one shard", () => {
    const sizes = new Uint32Array(orgShards);
    for (let n = 0; n < 100_000; n++) {
      const { shard } = hashOrg(`org_${n}`);
      sizes[shard] = (sizes[shard] ?? 0) + 1;
    }
    expect(Math.max(...sizes)).toBeLessThan(60);
  });
});
