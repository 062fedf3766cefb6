import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";
import { carryOver, type RateLimitWindow } from "#shared/auth/rate-limit.ts";
import type { ReadLease } from "#shared/auth/read-lease.ts";
import type { TokenRef } from "#shared/auth/token.ts";
import { leaseAttribute } from "#shared/auth/usage-attributes.ts";
import { ActivityError } from "#shared/errors.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { isKeyThrottled } from "#shared/platform/dynamodb/transient-errors.ts";
import { acquireReadLease } from "./read-lease-store.ts";
import { parseToken } from "./token-item.ts";

/** A clock that lags behind another function's counts in the window that is open, and never turns it back. */
const windowIsOpen = "rate_window >= :window";
const windowIsOver = "attribute_exists(pk) AND (attribute_not_exists(rate_window) OR rate_window < :window)";

type Holder = Pick<TokenRef, "holder">;
type Count = { readonly window: RateLimitWindow; readonly requests: number; readonly lease: ReadLease | null };

/** One try: to add to the window that is open, or to open the next one with what it begins with. */
type Step = { readonly carried: number | null; readonly isLimited: boolean };

/**
 * Reads a token and counts its use in one conditional write, so that a request costs one round trip for identity,
 * revocation, rate and last use together. Only the first request of a window needs a second one, which opens the
 * window. An access token is counted on its client's item. Whether the client has it is read from the answer: a condition
 * on it would need the right to name the attribute, which IAM does not tell from the right to write it.
 */
export function createTokenUsageStore(client: DynamoDBClient, table: string): TokenUsageStore<Token> {
  const update = async (ref: Holder, { window, requests, lease }: Count, { carried, isLimited }: Step) => {
    const isWithin = isLimited && carried === null ? " AND rate_used < :limit" : "";
    const isHolder = lease === null ? "" : ` AND ${leaseAttribute(lease.slot)} = :until`;
    const counting = carried === null ? "ADD rate_used :requests" : "SET rate_window = :window, rate_used = :requests";
    const request = {
      TableName: table,
      Key: toStringAttributes(tokenKey(ref.holder)),
      ConditionExpression: `${carried === null ? windowIsOpen : windowIsOver}${isWithin}${isHolder}`,
      UpdateExpression: `${counting}${lease === null ? "" : ` REMOVE ${leaseAttribute(lease.slot)}`}`,
      ExpressionAttributeValues: {
        ":window": { S: window.start.toISOString() },
        ":requests": { N: String((carried ?? 0) + requests) },
        ...(lease !== null && { ":until": { N: String(lease.until) } }),
        ...(isWithin !== "" && { ":limit": { N: String(window.limit) } }),
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      const result = await writeConditionally(client.send(new UpdateItemCommand(request)));
      return { isCounted: result.isWritten, item: result.isWritten ? result.output.Attributes : result.item };
    } catch (error) {
      throw isKeyThrottled(error) ? overwhelmed(error) : error;
    }
  };

  /** Counts in the window that is open, or opens the next; `null` where the item is not there or does not fit. */
  const count = async (
    ref: Holder,
    added: Count,
    { fits, isLimited }: { fits(item: Item): boolean; isLimited: boolean },
  ) => {
    let carried: number | null = null;
    for (let tries = 0; tries < 3; tries++) {
      const { isCounted, item }: Awaited<ReturnType<typeof update>> = await update(ref, added, { carried, isLimited });
      if (item === undefined || item === null) return null;
      const found = unmarshall(item);
      if (isCounted) return { item: found, used: Number(found.rate_used) };
      if (!fits(item)) return null;
      const used = usedIn(added.window, found);
      // What is over the limit is not counted: it would be owed in the next window.
      if (isLimited && used >= added.window.limit) return { item: found, used: used + added.requests };
      carried = isOpen(added.window, found) ? null : used;
    }
    return null;
  };

  return {
    async get(ref, window) {
      const item = await getItem(client, table, tokenKey(ref.holder), (found) => unmarshall(found));
      const token = item === null ? null : parseToken(item, ref);
      return item === null || token === null ? null : { token, used: usedIn(window, item) };
    },

    async count(ref, window) {
      const fits = (item: Item) => isHeldBy(item, ref);
      const counted = await count(ref, { window, requests: 1, lease: null }, { fits, isLimited: true });
      const token = counted === null ? null : parseToken(counted.item, ref);
      return counted === null || token === null ? null : { token, used: counted.used };
    },

    acquireLease: (holder, now, until) => acquireReadLease(client, table, holder, { now, until }),

    async charge(holder, window, { requests, lease }) {
      const add = (given: ReadLease | null) => {
        const fits = (item: Item) => given === null || isHolderOf(item, given);
        return count({ holder }, { window, requests, lease: given }, { fits, isLimited: false });
      };
      // A lease that has ended may be another request's by now, and is left to it.
      const counted = (lease === null ? null : await add(lease)) ?? (await add(null));
      return counted?.used ?? requests;
    },
  };
}

function isHolderOf(item: Item, { slot, until }: ReadLease): boolean {
  return Number(item[leaseAttribute(slot)]?.N) === until;
}

function isOpen({ start }: RateLimitWindow, { rate_window }: Record<string, unknown>): boolean {
  return typeof rate_window === "string" && rate_window >= start.toISOString();
}

/** What is counted in a window, or was carried over into it where nothing has been counted in it yet. */
function usedIn(window: RateLimitWindow, item: Record<string, unknown>): number {
  const { rate_window, rate_used } = item;
  if (typeof rate_window !== "string") return 0;
  const used = Number(rate_used);
  return isOpen(window, item) ? used : carryOver({ start: new Date(rate_window), used }, window);
}

type Item = AttributeMap;

/** Spares the further tries for an access token that its client does not have. */
function isHeldBy(item: Item, { isAccessToken, hash }: TokenRef): boolean {
  return !isAccessToken || Object.hasOwn(item.access?.M ?? {}, hash);
}

/** One item takes about a thousand writes a second: a token that makes more has more than any limit lets it. */
function overwhelmed(cause: unknown): ActivityError {
  return new ActivityError("rate_limited", "Too many requests at the same time: wait a second.", {
    retryAfter: 1,
    cause,
  });
}
