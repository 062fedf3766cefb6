import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import { disableEndpoint } from "#shared/webhooks/endpoints/disable-endpoint.ts";
import { type Endpoint, maxEndpointsPerOrg } from "#shared/webhooks/endpoints/endpoint.ts";
import { hashOrg } from "#shared/webhooks/endpoints/org-hash.ts";
import { anEndpoint, anEvent } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookDatabase,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let database: WebhookDatabase;
let real: WebhookStores;
beforeAll(async () => {
  database = await createWebhookTables();
  real = createDynamodbStores(database);
});

const digits = () => randomUUID().replaceAll("-", "");
const anOrg = () => `org_${digits()}`;
const endpointOf = (org_id: string, over: Partial<Endpoint> = {}) =>
  anEndpoint({ org_id, endpoint_id: `wh_${digits()}`, ...over });
const eventOf = ({ org_id, endpoint_id }: Endpoint): ActivityEvent =>
  anEvent({ org_id, entity_type: "WEBHOOK_ENDPOINT", entity_id: endpoint_id, event_id: `evt_${digits()}` });

const memory = createMemoryStores();

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("endpoint store in %s", (_, stores) => {
  const create = async (org_id: string, over: Partial<Endpoint> = {}) => {
    const endpoint = endpointOf(org_id, over);
    await stores().endpoints.create(endpoint, eventOf(endpoint));
    return endpoint;
  };

  it("returns an endpoint with all its settings", async () => {
    const { endpoints } = stores();
    const org_id = anOrg();
    const endpoint = await create(org_id, {
      events: ["invoice.*", "*.voided"],
      entity_id: "inv#1",
      description: "",
      secrets: [
        { sealed: "v1.a", expires_at: null },
        { sealed: "v1.b", expires_at: "2026-06-02T00:00:00.000Z" },
      ],
      headers: { names: ["X-Api-Key", "Authorization"], sealed: "v2.c" },
      disabled: { reason: "failing", at: "2026-06-01T00:00:00.000Z" },
    });
    expect(await endpoints.get(org_id, endpoint.endpoint_id)).toEqual(endpoint);
    expect(await endpoints.list(org_id)).toEqual([endpoint]);
  });

  it("stores, replaces and removes the static headers of an endpoint", async () => {
    const { endpoints } = stores();
    const headers = { names: ["X-Api-Key"], sealed: "v2.a" };
    let current: Endpoint | null = await create(anOrg());
    const { org_id, endpoint_id } = current;
    for (const next of [headers, { ...headers, sealed: "v2.b" }, null]) {
      if (current === null) throw new Error("The endpoint is gone.");
      expect(await endpoints.update(current, { ...current, headers: next }, eventOf(current))).toBe(true);
      current = await endpoints.get(org_id, endpoint_id);
      expect(current?.headers).toEqual(next);
      expect((await endpoints.list(org_id)).map((listed) => listed.headers)).toEqual([next]);
    }
  });

  it("lists endpoints oldest first", async () => {
    const org_id = anOrg();
    const times = ["2026-03-01", "2026-01-01", "2026-02-01"].map((day) => `${day}T00:00:00.000Z`);
    for (const created_at of times) await create(org_id, { created_at });
    const listed = await stores().endpoints.list(org_id);
    expect(listed.map(({ created_at }) => created_at)).toEqual([...times].sort());
  });

  it("hides endpoints from other organisations, which can neither change nor remove them", async () => {
    const { endpoints } = stores();
    const own = anOrg();
    const foreign = anOrg();
    const endpoint = await create(own);
    expect(await endpoints.get(foreign, endpoint.endpoint_id)).toBeNull();
    expect(await endpoints.list(foreign)).toEqual([]);
    const stolen = { ...endpoint, org_id: foreign };
    expect(await endpoints.update(stolen, { ...stolen, url: "https://evil.example" }, eventOf(stolen))).toBe(false);
    expect(await endpoints.remove(stolen, eventOf(stolen))).toBe(false);
    expect(await endpoints.get(own, endpoint.endpoint_id)).toEqual(endpoint);
  });

  it("stores a change together with its event, or neither", async () => {
    const { endpoints, logged } = stores();
    const org_id = anOrg();
    const endpoint = endpointOf(org_id);
    const [creation, change, lateChange, removal, lateRemoval] = [1, 2, 3, 4, 5].map(() => eventOf(endpoint));
    if (!creation || !change || !lateChange || !removal || !lateRemoval) throw new Error("There are five events.");
    await endpoints.create(endpoint, creation);
    const after = { ...endpoint, url: "https://new.example" };
    expect(await endpoints.update(endpoint, after, change)).toBe(true);
    expect(await endpoints.update(endpoint, { ...endpoint, url: "https://lost.example" }, lateChange)).toBe(false);
    const current = await endpoints.get(org_id, endpoint.endpoint_id);
    expect(current).toEqual({ ...after, version: 2 });
    expect(await endpoints.remove(endpoint, lateRemoval)).toBe(false);
    expect(await endpoints.remove(current ?? endpoint, removal)).toBe(true);
    expect(await endpoints.get(org_id, endpoint.endpoint_id)).toBeNull();
    for (const event of [creation, change, removal]) expect(await logged(event)).toEqual(event);
    for (const event of [lateChange, lateRemoval]) expect(await logged(event)).toBeNull();
  });

  it("applies one of two concurrent updates of the same version", async () => {
    const { endpoints } = stores();
    const endpoint = await create(anOrg());
    const urls = ["https://one.example", "https://two.example"];
    const won = await Promise.all(
      urls.map((url) => endpoints.update(endpoint, { ...endpoint, url }, eventOf(endpoint))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const current = await endpoints.get(endpoint.org_id, endpoint.endpoint_id);
    expect(current?.url).toBe(urls[won.indexOf(true)]);
  });

  it("creates at most fifty endpoints of an organisation, also with sixty concurrent calls", async () => {
    const { endpoints, logged } = stores();
    const org_id = anOrg();
    const requested = Array.from({ length: 60 }, () => endpointOf(org_id));
    const events = requested.map(eventOf);
    const outcomes = await Promise.allSettled(
      requested.map((endpoint, at) => endpoints.create(endpoint, events[at] ?? eventOf(endpoint))),
    );
    const isCreated = outcomes.map(({ status }) => status === "fulfilled");
    const stored = await endpoints.list(org_id);
    expect(stored).toHaveLength(isCreated.filter(Boolean).length);
    expect(stored.length).toBeLessThanOrEqual(maxEndpointsPerOrg);
    const isLogged = await Promise.all(events.map(async (event) => (await logged(event)) !== null));
    expect(isLogged).toEqual(isCreated);

    for (let count = stored.length; count < maxEndpointsPerOrg; count++) await create(org_id);
    const extra = endpointOf(org_id);
    expect(await catchRejection(endpoints.create(extra, eventOf(extra)))).toMatchObject({ code: "conflict" });
    const [first = extra] = stored;
    await endpoints.remove(first, eventOf(first));
    await create(org_id);
    expect(await endpoints.list(org_id)).toHaveLength(maxEndpointsPerOrg);
  });

  it("throws `conflict`, and does not count the endpoint, when its id exists", async () => {
    const { endpoints } = stores();
    const org_id = anOrg();
    const endpoint = await create(org_id);
    expect(await catchRejection(endpoints.create(endpoint, eventOf(endpoint)))).toMatchObject({ code: "conflict" });
    for (let count = 1; count < maxEndpointsPerOrg; count++) await create(org_id);
    const extra = endpointOf(org_id);
    expect(await catchRejection(endpoints.create(extra, eventOf(extra)))).toMatchObject({ code: "conflict" });
    expect(await endpoints.list(org_id)).toHaveLength(maxEndpointsPerOrg);
  });

  it("adds one entry to the change log for each change, and none for a refused one", async () => {
    const { endpoints } = stores();
    const since = new Date().toISOString();
    const org_id = anOrg();
    const changes = async () => {
      const all = await endpoints.listChanges(since);
      return all.filter((change) => change.org_id === org_id).toSorted((a, b) => (a.change_id < b.change_id ? -1 : 1));
    };
    const endpoint = await create(org_id);
    expect(await changes()).toHaveLength(1);
    await endpoints.update(endpoint, endpoint, eventOf(endpoint));
    expect(await changes()).toHaveLength(2);
    await endpoints.update(endpoint, endpoint, eventOf(endpoint));
    await endpoints.remove(endpoint, eventOf(endpoint));
    expect(await changes()).toHaveLength(2);
    const current = (await endpoints.get(org_id, endpoint.endpoint_id)) ?? endpoint;
    await endpoints.remove(current, eventOf(endpoint));
    const three = await changes();
    expect(three.map(({ endpoint_id }) => endpoint_id)).toEqual(Array(3).fill(endpoint.endpoint_id));
    expect(new Set(three.map(({ change_id }) => change_id)).size).toBe(3);
    expect(three.every(({ change_id }) => change_id >= since)).toBe(true);
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await endpoints.listChanges(later)).toEqual([]);
  });

  it("lists an organisation in its shard from its first endpoint on, also after the last was removed", async () => {
    const { endpoints } = stores();
    const having = anOrg();
    const had = anOrg();
    const never = anOrg();
    await create(having);
    await create(having);
    const gone = await create(had);
    await endpoints.remove(gone, eventOf(gone));
    const listed = async (orgId: string) => {
      const orgs = await endpoints.listOrgIds(hashOrg(orgId).shard);
      return orgs.filter((each) => each === orgId).length;
    };
    expect(await Promise.all([having, had, never].map(listed))).toEqual([1, 1, 0]);
  });
});

it("disableEndpoint disables two hundred endpoints of different organisations concurrently without a conflict", async () => {
  const orgs = Array.from({ length: 200 }, anOrg);
  const endpoints = await Promise.all(
    orgs.map(async (orgId) => {
      const endpoint = endpointOf(orgId);
      await real.endpoints.create(endpoint, eventOf(endpoint));
      return endpoint;
    }),
  );
  const send = vi.spyOn(database.client, "send");
  onTestFinished(() => send.mockRestore());
  const disabled = await Promise.all(
    endpoints.map((endpoint) =>
      disableEndpoint({ endpoints: real.endpoints, now: () => new Date() }, endpoint, "failing"),
    ),
  );
  expect(disabled).toEqual(Array(200).fill(true));
  // One read and one transaction each: nothing was retried.
  expect(send).toHaveBeenCalledTimes(400);
});
