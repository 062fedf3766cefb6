import { describe, expect, it } from "vitest";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import type { Token } from "#shared/auth/caller.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { aClient, aSecretOf, basic, fakturoidDialect, oauthDialect } from "#test/support/api/fakturoid-dialect.ts";
import { simplybooksDialect } from "#test/support/api/simplybooks-dialect.ts";
import { orgA, webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { anOrg, aRequest, aSecret, aToken } from "#test/support/builders.ts";

const message = "The operator of this service has suspended the organisation.";

const org = anOrg({ org_id: "org_a", slug: "first", account_number: "1001" });
const other = anOrg({ org_id: "org_b", slug: "second", account_number: "2002" });
const one = { org_ids: [org.org_id] };
const both = { org_ids: [org.org_id, other.org_id] };
const suspended = [org.org_id];
const events = `/api/v3/accounts/${org.slug}/events.json`;
const expired = "2026-01-02T00:00:00.000Z";

async function finzbooks(token: Partial<Token>, headers: Record<string, string> = {}) {
  const request = aRequest("/api/public/v1/activity", {
    headers: { authorization: `Bearer ${aSecret()}`, ...headers },
  });
  const { answer } = dialect({ token: aToken(token), suspended });
  const { status, body } = await answer(request).catch((error: unknown) => renderError(error, request));
  return [status, JSON.parse(body)];
}

async function simplybooks(token: Partial<Token>, headers: Record<string, string> = {}) {
  const { ask } = simplybooksDialect({ tokens: [aToken(token)], orgs: [org, other], events: [], suspended });
  const { status, body } = await ask("/api/v1/activities?format=json", {
    headers: { "x-api-key": aSecret(), ...headers },
  });
  return [status, JSON.parse(body)];
}

async function fakturoid(token: Partial<Token>, path = events) {
  const page = { events: [], next: null };
  const { status, body } = await fakturoidDialect({ token: aToken(token), orgs: [org, other], page, suspended }).ask(
    path,
  );
  return [status, JSON.parse(body)];
}

describe("suspended organisation", () => {
  it("returns 403 with a code that clients know in the FinzBooks API", async () => {
    const refused = [403, { code: "authz.org_mismatch", message }];
    expect(await finzbooks(one)).toEqual(refused);
    expect(await finzbooks(both, { "x-aibooks-org": org.org_id })).toEqual(refused);
    expect((await finzbooks(both, { "x-aibooks-org": other.org_id }))[0]).toBe(200);
  });

  it("returns 403 in the webhooks API", async () => {
    const { ask } = webhooksApi({ suspended: [orgA] });
    const { status, body } = await ask("GET", "/endpoints");
    expect([status, JSON.parse(body)]).toEqual([403, { code: "authz.org_mismatch", message }]);
  });

  it("returns 403 in the SimplyBooks API, also by its number", async () => {
    expect(await simplybooks(one)).toEqual([403, { error: message }]);
    for (const account of [org.org_id, "1001"]) {
      expect(await simplybooks(both, { "x-accountid": account })).toEqual([403, { error: message }]);
    }
    expect(await simplybooks(both, { "x-accountid": "2002" })).toEqual([200, []]);
  });

  it("returns 403 in the Fakturoid API", async () => {
    const refused = [403, { error: "forbidden", error_description: message }];
    expect(await fakturoid(one)).toEqual(refused);
    expect(await fakturoid(both)).toEqual(refused);
    expect(await fakturoid(both, "/api/v3/accounts/second/events.json")).toEqual([200, []]);
  });

  it("is not an account of the Fakturoid user", async () => {
    const [status, { accounts }] = await fakturoid(both, "/api/v3/user.json");
    expect([status, accounts.map(({ slug }: { slug: string }) => slug)]).toEqual([200, ["second"]]);
  });

  it("returns unauthorized_client (RFC 6749) in OAuth", async () => {
    const { post } = oauthDialect([aClient(one)], { suspended });
    for (const operation of ["token", "revoke"]) {
      const { status, said } = await post(operation);
      expect([status, said]).toEqual([400, { error: "unauthorized_client", error_description: message }]);
    }
  });

  it("is not revealed to callers with an unknown, expired, revoked or other organisation's token", async () => {
    const answers = [
      await finzbooks({ ...one, expires_at: expired }),
      await finzbooks({ ...one, revoked_at: expired }),
      await finzbooks({ org_ids: [other.org_id] }, { "x-aibooks-org": org.org_id }),
      await finzbooks({}, { authorization: `Bearer ${aSecret(9)}` }),
      await simplybooks({ ...one, revoked_at: expired }),
      await simplybooks({ org_ids: [other.org_id] }, { "x-accountid": "1001" }),
      await fakturoid({ ...one, revoked_at: expired }),
      await fakturoid({ org_ids: [other.org_id] }),
    ];
    expect(answers.map(([status]) => status)).toEqual([401, 401, 403, 401, 401, 403, 401, 404]);
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain("suspended");
    const { post } = oauthDialect([aClient({ ...one, revoked_at: expired })], { suspended });
    const wrong = basic(aClient().token_id, aSecretOf("client", 2));
    for (const { status, body } of [await post("token"), await post("token", { authorization: wrong })]) {
      expect([status, body.includes("suspended")]).toEqual([401, false]);
    }
  });
});
