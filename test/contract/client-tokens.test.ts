import { DeleteItemCommand, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import { type AdminStore, administer } from "../../shared/access/admin.ts";
import type { TokenUses } from "../../shared/access/authenticate.ts";
import { clientScope, type Token } from "../../shared/access/caller.ts";
import type { ClientTokens } from "../../shared/access/client-tokens.ts";
import { windowStart } from "../../shared/access/rate.ts";
import { accessTokenBytes, tokenHash, tokenIdOfHash, writeAccessToken } from "../../shared/access/token.ts";
import { adminStore } from "../../shared/store/admin.ts";
import { clientTokens } from "../../shared/store/client-tokens.ts";
import { tokenUses } from "../../shared/store/token-uses.ts";
import { anOrg } from "../support/builders.ts";
import { aClient, aSecretOf } from "../support/fakturoid-dialect.ts";
import { refusalOf } from "../support/refusal.ts";
import { type Engine, startTables } from "../support/webhook-worlds.ts";

const org = anOrg();

/** The true minute: the engine removes what is over by its own clock. */
const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const at = (second: number) => new Date(now.getTime() + second * 1_000);

let engine: Engine;
let issued: ClientTokens;
let uses: TokenUses;
let admins: AdminStore;

beforeAll(async () => {
  engine = await startTables();
  const { client, tables } = engine;
  issued = clientTokens(client, tables.config);
  uses = tokenUses(client, tables.config);
  admins = adminStore(DynamoDBDocumentClient.from(client), tables.config);
  await admins.createOrg(org);
});

let clients = 0;

/** A client of its own for a test. */
async function newClient(): Promise<Token> {
  clients += 1;
  const client = aClient({}, aSecretOf("client", clients));
  await admins.createToken(client);
  return client;
}

let drawn = 0;

/** An access token of a client that was not issued yet. */
function anAccessToken({ token_id, org_ids, user_id }: Token) {
  drawn += 1;
  const hash = tokenHash(writeAccessToken(new Uint8Array(accessTokenBytes).fill(drawn)));
  return {
    token_id: tokenIdOfHash(hash),
    hash,
    org_ids,
    scopes: ["AIBooks.activity.READ"],
    user_id,
    client_id: token_id,
    created_at: now.toISOString(),
    expires_at: at(7_200).toISOString(),
    revoked_at: null,
    last_used_at: null,
  };
}

/** The token as whoever brings it finds it. */
const used = async ({ token_id }: Pick<Token, "token_id">) => (await uses.use(token_id, windowStart(now)))?.token;

const revokeClient = ({ token_id }: Token, second = 60) =>
  administer({ store: admins, now: at(second), random: new Uint8Array(20) }, { action: "token.revoke", token_id });

async function itemOf(pk: string, sk: string): Promise<Record<string, unknown> | null> {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = await engine.client.send(
    new GetItemCommand({ TableName: engine.tables.config, Key, ConsistentRead: true }),
  );
  return Item === undefined ? null : unmarshall(Item);
}

/** Everything that the table holds, in an order that does not change. */
async function everything(): Promise<string[]> {
  const { Items = [] } = await engine.client.send(
    new ScanCommand({ TableName: engine.tables.config, ConsistentRead: true }),
  );
  return Items.map((item) => JSON.stringify(unmarshall(item))).sort();
}

describe("an access token that is issued", () => {
  it("is found as it was, and counts its uses apart from its client's", async () => {
    const client = await newClient();
    const token = anAccessToken(client);
    await issued.issue(token);
    const window = windowStart(now);
    const last_used_at = window.toISOString();
    expect(await uses.use(token.token_id, window)).toEqual({ token: { ...token, last_used_at }, used: 1 });
    expect(await uses.use(token.token_id, window)).toEqual({ token: { ...token, last_used_at }, used: 2 });
    expect((await uses.use(client.token_id, window))?.used).toBe(1);
  });

  it("is forgotten by the engine some time after its end, and so is that it was issued", async () => {
    const client = await newClient();
    const token = { ...anAccessToken(client), expires_at: "2026-06-01T14:00:30.001Z" };
    await issued.issue(token);
    const seconds = Date.parse("2026-06-01T14:00:31Z") / 1_000;
    const own = await itemOf(`token#${token.token_id}`, "token");
    const listed = await itemOf(`token#${client.token_id}`, `token#${token.token_id}`);
    expect([own?.expires_at_seconds, listed?.expires_at_seconds]).toEqual([seconds, seconds]);
    const kept = await itemOf(`token#${client.token_id}`, "token");
    expect(kept).not.toBeNull();
    expect(kept).not.toHaveProperty("expires_at_seconds");
  });

  it("is not listed among the tokens that an administrator issued", async () => {
    const client = await newClient();
    const token = anAccessToken(client);
    await issued.issue(token);
    const listed = (await admins.listTokens(org.org_id)).map(({ token_id }) => token_id);
    expect(listed).toContain(client.token_id);
    expect(listed).not.toContain(token.token_id);
  });

  it("may be one of twenty that one client asks for at once", async () => {
    const client = await newClient();
    const tokens = Array.from({ length: 20 }, () => anAccessToken(client));
    await Promise.all(tokens.map((token) => issued.issue(token)));
    const found = await Promise.all(tokens.map(used));
    expect(found.map((token) => token?.token_id)).toEqual(tokens.map(({ token_id }) => token_id));
  });

  it("may be one of twenty while the client's own uses are counted", async () => {
    const client = await newClient();
    const tokens = Array.from({ length: 20 }, () => anAccessToken(client));
    await Promise.all(
      tokens.map(async (token) => {
        await used(client);
        await issued.issue(token);
      }),
    );
    expect((await uses.use(client.token_id, windowStart(now)))?.used).toBe(21);
  });

  it("is never put in the place of another", async () => {
    const [one, two] = [await newClient(), await newClient()];
    const token = anAccessToken(one);
    await issued.issue(token);
    await expect(issued.issue({ ...token, client_id: two.token_id, scopes: [clientScope] })).rejects.toThrow();
    expect(await used(token)).toMatchObject({ client_id: one.token_id, scopes: ["AIBooks.activity.READ"] });
    expect(await itemOf(`token#${two.token_id}`, `token#${token.token_id}`)).toBeNull();
  });
});

describe("an access token that is revoked by its client", () => {
  it("is found as revoked, with the first time of revocation, and no other is", async () => {
    const client = await newClient();
    const [one, other] = [anAccessToken(client), anAccessToken(client)];
    await issued.issue(one);
    await issued.issue(other);
    await issued.revoke(client.token_id, one.token_id, at(10).toISOString());
    await issued.revoke(client.token_id, one.token_id, at(20).toISOString());
    expect((await used(one))?.revoked_at).toBe(at(10).toISOString());
    expect((await used(other))?.revoked_at).toBeNull();
    expect((await used(client))?.revoked_at).toBeNull();
  });

  it("must be its own, and exist: else nothing is written", async () => {
    const [client, stranger] = [await newClient(), await newClient()];
    const token = anAccessToken(client);
    await issued.issue(token);
    const before = await everything();
    for (const [clientId, tokenId] of [
      [stranger.token_id, token.token_id],
      [stranger.token_id, client.token_id],
      [client.token_id, client.token_id],
      [client.token_id, `tok_${"0".repeat(32)}`],
    ] as const) {
      await issued.revoke(clientId, tokenId, at(10).toISOString());
    }
    expect(await everything()).toEqual(before);
  });
});

describe("a client that is revoked", () => {
  it("takes all its tokens with it at once, and no other client's", async () => {
    const [client, stranger] = [await newClient(), await newClient()];
    const tokens = Array.from({ length: 25 }, () => anAccessToken(client));
    const foreign = anAccessToken(stranger);
    await Promise.all([...tokens, foreign].map((token) => issued.issue(token)));
    const [early] = tokens;
    await issued.revoke(client.token_id, early?.token_id ?? "", at(10).toISOString());
    await revokeClient(client);
    const ends = await Promise.all([client, ...tokens].map(async (token) => (await used(token))?.revoked_at));
    const end = at(60).toISOString();
    expect(ends).toEqual([end, at(10).toISOString(), ...tokens.slice(1).map(() => end)]);
    expect((await used(foreign))?.revoked_at).toBeNull();
  });

  it("is issued nothing that holds any more", async () => {
    const client = await newClient();
    await revokeClient(client);
    const token = anAccessToken(client);
    expect((await refusalOf(issued.issue(token))).code).toBe("unauthenticated");
    expect((await used(token))?.revoked_at).toBe(token.created_at);
  });

  it("has no token that outlives it, however closely the two meet", async () => {
    for (let round = 0; round < 5; round++) {
      const client = await newClient();
      const tokens = Array.from({ length: 8 }, () => anAccessToken(client));
      const issuing = tokens.map((token) => issued.issue(token).catch(() => undefined));
      await Promise.all([...issuing, revokeClient(client)]);
      for (const token of tokens) expect((await used(token))?.revoked_at).not.toBeNull();
    }
  });

  it("can be revoked again, and when the engine has forgotten a token of it", async () => {
    const client = await newClient();
    const [forgotten, token] = [anAccessToken(client), anAccessToken(client)];
    await issued.issue(forgotten);
    await issued.issue(token);
    const Key = { pk: { S: `token#${forgotten.token_id}` }, sk: { S: "token" } };
    await engine.client.send(new DeleteItemCommand({ TableName: engine.tables.config, Key }));
    await revokeClient(client, 60);
    expect((await used(token))?.revoked_at).toBe(at(60).toISOString());
    expect(await used(forgotten)).toBeUndefined();
    await revokeClient(client, 90);
    expect((await used(client))?.revoked_at).toBe(at(60).toISOString());
  });

  it("that never was is issued nothing that holds", async () => {
    const token = anAccessToken(aClient({}, aSecretOf("client", 250)));
    expect((await refusalOf(issued.issue(token))).code).toBe("unauthenticated");
    expect((await used(token))?.revoked_at).toBe(token.created_at);
  });
});
