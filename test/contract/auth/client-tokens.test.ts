import { GetItemCommand, ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { accessTokenSeconds } from "#shared/auth/access-token-settings.ts";
import { type AdminStore, handleAdminRequest } from "#shared/auth/admin/admin.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";
import { createAccessGrantStore } from "#shared/auth/dynamodb/access-grant-store.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { type AccessGrantStore, issueAccessToken } from "#shared/auth/issue-access-token.ts";
import { withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { rateLimit, windowEnd, windowStart } from "#shared/auth/rate-limit.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { deriveAccessToken, hashToken, toTokenId, toTokenRef } from "#shared/auth/token-format.ts";
import { aClient, aSecretOf } from "#test/support/api/fakturoid-dialect.ts";
import { noEndpoints } from "#test/support/api/token-endpoints.ts";
import { anOrg } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { noSuspendedOrgs } from "#test/support/memory/suspended-orgs.ts";
import { memoryViewerKeys } from "#test/support/memory/viewer-keys.ts";
import { createWebhookTables, type WebhookDatabase } from "#test/support/webhooks/webhook-stores.ts";

const org = anOrg();

/** The real time: the engine expires items by its own clock. */
const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const at = (second: number) => new Date(now.getTime() + second * 1_000);
const window = { start: windowStart(now), limit: rateLimit.requests };
const next = { ...window, start: windowEnd(now) };

let engine: WebhookDatabase;
let issued: AccessGrantStore;
let uses: TokenUsageStore<Token>;
let admins: AdminStore;

beforeAll(async () => {
  engine = await createWebhookTables();
  const { client, tables } = engine;
  issued = createAccessGrantStore(client, tables.config);
  uses = createTokenUsageStore(client, tables.config);
  admins = createAdminStore(client, tables.config);
  await admins.createOrg(org);
});

let clients = 0;
let drawn = 0;

/** Creates a client for one test. */
async function newClient() {
  clients += 1;
  const secret = aSecretOf("client", clients);
  const client = aClient({}, secret);
  await admins.createToken(client);
  return { ...client, secret };
}

type Client = Awaited<ReturnType<typeof newClient>>;

/** Issues an access token to a client at some second. */
async function ask(client: Client, second = 0): Promise<string> {
  const random = (bytes: number) => new Uint8Array(bytes).fill(++drawn);
  return (await issueAccessToken({ grants: issued, now: () => at(second), random }, client, client.secret)).accessToken;
}

/** Counts a request with a token. Returns the token and the count. */
const use = (secret: string) => uses.count(toTokenRef(secret), window);

const revokeClient = ({ token_id }: Token, second = 60) =>
  handleAdminRequest(
    {
      store: admins,
      endpoints: noEndpoints,
      viewerKeys: memoryViewerKeys(),
      now: at(second),
      random: new Uint8Array(20),
    },
    { action: "token.revoke", token_id },
  );

async function itemOf({ token_id }: Pick<Token, "token_id">): Promise<Record<string, unknown>> {
  const Key = { pk: { S: `token#${token_id}` }, sk: { S: "token" } };
  const { Item = {} } = await engine.client.send(
    new GetItemCommand({ TableName: engine.tables.config, Key, ConsistentRead: true }),
  );
  return unmarshall(Item);
}

/** Returns all items of the table in a stable order. */
async function everything(): Promise<string[]> {
  const { Items = [] } = await engine.client.send(
    new ScanCommand({ TableName: engine.tables.config, ConsistentRead: true }),
  );
  return Items.map((item) => JSON.stringify(unmarshall(item))).sort();
}

describe("issueAccessToken", () => {
  it("returns a token with the client's organisation and scope for two hours", async () => {
    const client = await newClient();
    const secret = await ask(client);
    const hash = hashToken(secret);
    expect(await use(secret)).toEqual({
      token: {
        token_id: toTokenId(hash),
        hash,
        org_ids: client.org_ids,
        scopes: ["AIBooks.activity.READ"],
        user_id: client.user_id,
        client_id: client.token_id,
        created_at: now.toISOString(),
        expires_at: at(accessTokenSeconds).toISOString(),
        revoked_at: null,
        revoked_orgs: {},
        last_used_at: window.start.toISOString(),
      },
      used: 1,
    });
  });

  it("counts requests of a token with its client and its other tokens", async () => {
    const client = await newClient();
    const early = await ask(client);
    const late = await ask(client, 3_600);
    expect(late).not.toBe(early);
    expect((await use(early))?.used).toBe(1);
    expect((await use(late))?.used).toBe(2);
    expect((await use(client.secret))?.used).toBe(3);
    expect((await uses.get(toTokenRef(early), window))?.used).toBe(3);
    expect((await uses.get(toTokenRef(early), next))?.used).toBe(0);
  });

  it("stores at most two tokens, in an item that costs one write unit", async () => {
    const client = await newClient();
    for (let hour = 0; hour < 24; hour++) await ask(client, hour * 3_600);
    const { access } = await itemOf(client);
    expect(Object.keys(access ?? {})).toHaveLength(2);
    await use(client.secret);
    for (let n = 0; n < 3; n++) await uses.acquireLease(client.token_id, now, at(20));
    const { ConsumedCapacity } = await engine.client.send(
      new UpdateItemCommand({
        TableName: engine.tables.config,
        Key: { pk: { S: `token#${client.token_id}` }, sk: { S: "token" } },
        UpdateExpression: "ADD rate_used :one",
        ExpressionAttributeValues: { ":one": { N: "1" } },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBe(1);
  });

  it("returns the same token to twenty concurrent requests while the client's requests are counted", async () => {
    const client = await newClient();
    const asked = await Promise.allSettled(
      Array.from({ length: 20 }, async () => {
        await use(client.secret);
        return ask(client);
      }),
    );
    const tokens = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(tokens).toHaveLength(20);
    expect(new Set(tokens).size).toBe(1);
    expect((await use(tokens[0] ?? ""))?.used).toBe(21);
  });

  it("creates no token in the administrator's list", async () => {
    const client = await newClient();
    await ask(client);
    const listed = await admins.listTokens(org.org_id);
    expect(listed.filter(({ client_id }) => client_id !== null)).toEqual([]);
    expect(listed.map(({ token_id }) => token_id)).toContain(client.token_id);
  });
});

describe("TokenAuthenticator for an access token that was never issued", () => {
  it("rejects it without counting it for the client whose id it has", async () => {
    const client = await newClient();
    const good = await ask(client);
    const forged = deriveAccessToken(client.secret, "never issued");
    const gate = new TokenAuthenticator(withUsableOrgs(uses, noSuspendedOrgs));
    expect((await use(good))?.used).toBe(1);
    const before = await everything();
    for (const secret of [forged, aSecretOf("key", 200), deriveAccessToken(aSecretOf("client", 201), "x")]) {
      expect(await uses.get(toTokenRef(secret), window)).toBeNull();
      for (let n = 0; n < 3; n++) {
        expect((await catchRejection(gate.authenticate(secret, now, 600))).code).toBe("unauthenticated");
      }
    }
    expect(await everything()).toEqual(before);
    for (const secret of [forged, aSecretOf("key", 200)]) expect(await use(secret)).toBeNull();
  });

  it("counts a revoked token once on each instance that knew it, and never again", async () => {
    const client = await newClient();
    const [revoked, good] = [await ask(client), await ask(client, 3_600)];
    const gate = new TokenAuthenticator(withUsableOrgs(uses, noSuspendedOrgs));
    await gate.authenticate(revoked, now, 600);
    await issued.revoke(client.token_id, hashToken(revoked));
    for (let n = 0; n < 3; n++) {
      expect((await catchRejection(gate.authenticate(revoked, now, 600))).code).toBe("unauthenticated");
    }
    expect((await use(good))?.used).toBe(3);
  });

  it("costs one read unit and no write when the checksum is right, a fifth of a write", async () => {
    const units: Record<string, number> = {};
    const { client } = engine;
    client.middlewareStack.add(
      (next, { commandName = "" }) =>
        async (call) => {
          const answer = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: "TOTAL" } });
          const { ConsumedCapacity } = Object.fromEntries(Object.entries(answer.output));
          units[commandName] = (units[commandName] ?? 0) + Number(ConsumedCapacity?.CapacityUnits);
          return answer;
        },
      { step: "initialize", name: "units" },
    );
    const gate = new TokenAuthenticator(
      withUsableOrgs(createTokenUsageStore(client, engine.tables.config), noSuspendedOrgs),
    );
    for (let n = 0; n < 10; n++) {
      expect((await catchRejection(gate.authenticate(aSecretOf("token", 100 + n), now, 600))).code).toBe(
        "unauthenticated",
      );
    }
    client.middlewareStack.remove("units");
    expect(units).toEqual({ GetItemCommand: 10 });
  });
});

describe("revoke of an access token", () => {
  it("invalidates that token and no other", async () => {
    const client = await newClient();
    const [one, other] = [await ask(client), await ask(client, 3_600)];
    await issued.revoke(client.token_id, hashToken(one));
    await issued.revoke(client.token_id, hashToken(one));
    expect(await use(one)).toBeNull();
    expect((await use(other))?.token.revoked_at).toBeNull();
    expect((await use(client.secret))?.token.revoked_at).toBeNull();
    expect(await ask(client, 3_600)).toBe(other);
  });

  it("writes nothing when the client does not have the token", async () => {
    const [client, stranger] = [await newClient(), await newClient()];
    const secret = await ask(client);
    await ask(stranger);
    const before = await everything();
    for (const [clientId, hash] of [
      [stranger.token_id, hashToken(secret)],
      [client.token_id, client.hash],
      [client.token_id, "0".repeat(64)],
      [`tok_${"0".repeat(32)}`, hashToken(secret)],
    ] as const) {
      await issued.revoke(clientId, hash);
    }
    expect(await everything()).toEqual(before);
  });
});

describe("an API client after revokeToken", () => {
  it("has lost all its tokens in one write, unlike other clients", async () => {
    const [client, stranger] = [await newClient(), await newClient()];
    const tokens = [await ask(client), await ask(client, 3_600)];
    const foreign = await ask(stranger);
    await revokeClient(client);
    for (const secret of [client.secret, ...tokens]) {
      expect((await use(secret))?.token.revoked_at).toBe(at(60).toISOString());
      const entering = new TokenAuthenticator(withUsableOrgs(uses, noSuspendedOrgs)).authenticate(secret, now, 600);
      expect((await catchRejection(entering)).code).toBe("unauthenticated");
    }
    expect((await use(foreign))?.token.revoked_at).toBeNull();
  });

  it("gets no token", async () => {
    const client = await newClient();
    await revokeClient(client);
    const before = await everything();
    expect((await catchRejection(ask(client))).code).toBe("unauthenticated");
    const grant = { salt: "s", created_at: now.toISOString(), expires_at: at(60).toISOString() };
    expect(await issued.replace(client.token_id, {}, { ["0".repeat(64)]: grant })).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it("has no valid token, even when racing issueAccessToken", async () => {
    for (let round = 0; round < 5; round++) {
      const client = await newClient();
      const asking = Array.from({ length: 4 }, () => ask(client).catch(() => null));
      await Promise.all([...asking, revokeClient(client)]);
      for (const secret of await Promise.all(asking)) {
        if (secret !== null) expect((await use(secret))?.token.revoked_at).not.toBeNull();
      }
      expect((await catchRejection(ask(client))).code).toBe("unauthenticated");
    }
  });

  it("keeps the first time when it is revoked again", async () => {
    const client = await newClient();
    await revokeClient(client, 60);
    await revokeClient(client, 90);
    expect((await use(client.secret))?.token.revoked_at).toBe(at(60).toISOString());
  });

  it("gets no token when it never existed", async () => {
    const secret = aSecretOf("client", 250);
    const before = await everything();
    expect((await catchRejection(ask({ ...aClient({}, secret), secret }))).code).toBe("unauthenticated");
    expect(await everything()).toEqual(before);
  });
});

describe("acquireLease", () => {
  it("grants three leases that expire or are released by a charge", async () => {
    const { token_id, secret } = await newClient();
    const until = (second: number) => at(second + 30).getTime();
    const take = (second: number) => uses.acquireLease(token_id, at(second), at(second + 30));
    const taken = [await take(0), await take(1), await take(2), await take(3)];
    expect(taken).toEqual([
      { slot: 1, until: until(0) },
      { slot: 2, until: until(1) },
      { slot: 3, until: until(2) },
      { slot: null, freeAt: until(0) },
    ]);
    await use(secret);
    expect(await uses.charge(token_id, window, { requests: 89, lease: { slot: 2, until: until(1) } })).toBe(90);
    expect([await take(4), await take(5)]).toMatchObject([{ slot: 2 }, { slot: null, freeAt: until(0) }]);
    expect([await take(30), await take(30.5)]).toMatchObject([{ slot: 1 }, { slot: null, freeAt: until(2) }]);
    expect((await use(secret))?.used).toBe(91);
  });

  it("does not release a slot that expired and has another lease, but makes the charge", async () => {
    const { token_id, secret } = await newClient();
    await use(secret);
    const late = { slot: 1, until: at(30).getTime() };
    const current = { slot: 1, until: at(61).getTime() };
    expect(await uses.acquireLease(token_id, at(0), at(30))).toEqual(late);
    expect(await uses.acquireLease(token_id, at(31), at(61))).toEqual(current);
    expect(await uses.charge(token_id, window, { requests: 10, lease: late })).toBe(11);
    expect((await itemOf({ token_id })).read_lease_1).toBe(current.until);
    expect(await uses.charge(token_id, next, { requests: 10, lease: current })).toBe(10);
    expect(await itemOf({ token_id })).not.toHaveProperty("read_lease_1");
  });

  it("grants three leases to any number of concurrent requests", async () => {
    const { token_id } = await newClient();
    const taken = await Promise.all(Array.from({ length: 12 }, () => uses.acquireLease(token_id, now, at(30))));
    expect(taken.flatMap(({ slot }) => slot ?? []).sort()).toEqual([1, 2, 3]);
  });

  it("grants none when the token does not exist", async () => {
    const before = await everything();
    expect(await uses.acquireLease(`tok_${"0".repeat(32)}`, now, at(30))).toEqual({ slot: null, freeAt: null });
    expect(await everything()).toEqual(before);
  });
});

describe("charge", () => {
  it("opens the current window when the request began in the previous one", async () => {
    const { token_id, secret } = await newClient();
    await use(secret);
    expect(await uses.charge(token_id, next, { requests: 89, lease: null })).toBe(89);
    expect(await uses.charge(token_id, next, { requests: 1, lease: null })).toBe(90);
    expect((await uses.count(toTokenRef(secret), next))?.used).toBe(91);
  });

  it("carries the excess over to the next window, at most one window's limit, and to no later one", async () => {
    const afterNext = { ...window, start: new Date(next.start.getTime() + 60_000) };
    for (const [excess, owed] of [
      [250, 250],
      [10_000, 600],
    ] as const) {
      const { token_id, secret } = await newClient();
      const ref = toTokenRef(secret);
      await use(secret);
      await uses.charge(token_id, window, { requests: 599 + excess, lease: null });
      for (let n = 0; n < 2; n++) expect((await use(secret))?.used).toBe(601 + excess);
      expect((await uses.get(ref, next))?.used).toBe(owed);
      for (let n = 1; n <= 2; n++) expect((await uses.count(ref, next))?.used).toBe(Math.min(601, owed + n));
      expect((await uses.count(ref, afterNext))?.used).toBe(1);
    }
  });

  it("is not made for requests that are refused", async () => {
    const { token_id, secret } = await newClient();
    const ref = toTokenRef(secret);
    await use(secret);
    await uses.charge(token_id, window, { requests: 599, lease: null });
    for (let n = 0; n < 5; n++) expect((await use(secret))?.used).toBe(601);
    expect((await uses.get(ref, window))?.used).toBe(600);
    expect((await uses.count(ref, next))?.used).toBe(1);
  });

  it("of a request from the previous window is carried over from the current one", async () => {
    const { token_id, secret } = await newClient();
    await use(secret);
    await uses.charge(token_id, window, { requests: 699, lease: null });
    expect(await uses.charge(token_id, next, { requests: 5, lease: null })).toBe(105);
  });
});
