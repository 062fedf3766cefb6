import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createFinzbooksClient, type FinzbooksClient } from "#clients/client/finzbooks/finzbooks-client.ts";
import { anInput } from "#test/support/builders.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";

const page = "https://app.example.com";
const body = z.object({ activity: z.array(z.looseObject({ entity_id: z.string(), metadata: z.unknown() })) });

let stack: TestStack;
let tenant: Tenant;
let server: FinzbooksClient;

const read = (token: string, path = "/api/public/v1/activity", headers: Record<string, string> = {}) =>
  fetch(`${stack.api}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });

beforeAll(async () => {
  stack = await startStack();
  tenant = await stack.tenant(["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE", "AIBooks.viewer_tokens.CREATE"]);
  server = createFinzbooksClient({ baseUrl: stack.api, token: tenant.token, org: tenant.org_id });
  const metadata = { ip: "203.0.113.4", source: "WEB" };
  const { org_id } = tenant;
  await stack.append(["inv_1", "inv_2"].map((entity_id) => anInput({ org_id, entity_id, metadata })));
  await stack.admin({ action: "viewer-key.rotate" });
});

describe("a viewer token of a running stack", () => {
  it("reads its document from a page of its origin, without hidden fields", async () => {
    const viewer = await server.createViewerToken({ entity_type: "INVOICE", entity_id: "inv_1", origins: [page] });
    const response = await read(viewer.token, undefined, { origin: page });
    expect(response.headers.get("access-control-allow-origin")).toBe(page);
    const { activity } = body.parse(await response.json());
    expect(activity.map(({ entity_id, metadata }) => [entity_id, metadata])).toEqual([["inv_1", { source: "WEB" }]]);
    expect((await read(viewer.token, "/api/public/v1/activity?entity_id=inv_2")).status).toBe(403);
    expect((await read(viewer.token, undefined, { origin: "https://evil.example" })).status).toBe(403);
  });

  it("finds a document among the events of its contact, and no other document's", async () => {
    const { org_id } = tenant;
    const ofContact = (entity_id: string, contact: string) =>
      anInput({ org_id, entity_id, related: [{ entity_type: "CONTACT", entity_id: contact }] });
    await stack.append([ofContact("inv_3", "con_1"), ofContact("inv_4", "con_1"), ofContact("inv_5", "con_2")]);
    const { token } = await server.createViewerToken({ contact_id: "con_1" });
    const found = async (path: string) => {
      const { activity } = body.parse(await (await read(token, path)).json());
      return activity.map(({ entity_id }) => entity_id).toSorted();
    };
    expect(await found("/api/public/v1/activity")).toEqual(["inv_3", "inv_4"]);
    expect(await found("/api/public/v1/invoices/inv_3/activity")).toEqual(["inv_3"]);
    for (const other of ["inv_5", "inv_unknown"]) {
      expect(await found(`/api/public/v1/activity?entity_id=${other}`)).toEqual([]);
    }
    const lengthOf = async (other: string) => {
      const url = `${stack.api}/api/public/v1/activity?entity_id=${other}`;
      const head = await fetch(url, { method: "HEAD", headers: { authorization: `Bearer ${token}` } });
      return [head.status, head.headers.get("content-length"), head.headers.get("etag")];
    };
    expect(await lengthOf("inv_5")).toEqual(await lengthOf("inv_unknown"));
  });

  it("is accepted by no other API", async () => {
    const { token } = await server.createViewerToken({});
    expect((await read(token, "/api/public/v1/whoami")).status).toBe(401);
    expect((await read(token, "/api/v1/activities?format=json")).status).toBe(401);
    expect((await read(token, "/api/public/v1/webhooks/endpoints")).status).toBe(403);
  });

  it("opens the webhooks API with its scope", async () => {
    const { token } = await server.createViewerToken({ scopes: ["AIBooks.webhooks.MANAGE"] });
    expect((await read(token, "/api/public/v1/webhooks/endpoints")).status).toBe(200);
    expect((await read(token)).status).toBe(403);
  });

  it("ends with the token that issued it", async () => {
    const issuer = await stack.token([tenant.org_id], ["AIBooks.fullaccess.all"]);
    const { token } = await createFinzbooksClient({ baseUrl: stack.api, token: issuer.secret }).createViewerToken({});
    expect((await read(token)).status).toBe(200);
    await stack.admin({ action: "token.revoke", token_id: issuer.token_id });
    expect((await read(token)).status).toBe(401);
  });
});
