import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";
import type { ExpensiveReadLease } from "#shared/auth/expensive-read-lease.ts";
import { carryOver, type RateLimitWindow } from "#shared/auth/rate-limit.ts";
import type { TokenRef } from "#shared/auth/token-format.ts";
import { leaseAttribute } from "#shared/auth/usage-attributes.ts";
import { ActivityError } from "#shared/errors.ts";
import { type AttributeMap, toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { tokenKey } from "#shared/platform/dynamodb/keys.ts";
import { getItem, writeConditionally } from "#shared/platform/dynamodb/operations.ts";
import { isKeyThrottled } from "#shared/platform/dynamodb/transient-errors.ts";
import { acquireReadLease } from "./read-lease-store.ts";
import { parseToken } from "./token-item.ts";

/** An instance whose clock lags counts in the open window, and never sets it back. */
const windowIsOpen = "rate_window >= :window";
const windowIsOver = "attribute_exists(pk) AND (attribute_not_exists(rate_window) OR rate_window < :window)";

/** A window may be opened by another instance between two attempts. */
const maxAttempts = 3;

type Holder = Pick<TokenRef, "holder">;
type Count = { readonly window: RateLimitWindow; readonly requests: number; readonly lease: ExpensiveReadLease | null };

/** One attempt: counts in the open window, or opens the next one with the `carried` count. */
type Step = { readonly carried: number | null; readonly isLimited: boolean };

/**
 * Creates the store that reads a token and counts its use in one conditional write: one round trip for identity,
 * revocation, rate and last use. Only the first request of a window needs a second write, which opens the window.
 * An access token is counted on its client's item. Whether the client has it is read from the response, because a condition
 * would require the permission for the attribute, which includes writing it.
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

  /** Counts in the open window, or opens the next one. Returns `null` if the item does not exist or does not fit. */
  const count = async (
    ref: Holder,
    added: Count,
    { fits, isLimited }: { fits(item: AttributeMap): boolean; isLimited: boolean },
  ) => {
    let carried: number | null = null;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { isCounted, item }: Awaited<ReturnType<typeof update>> = await update(ref, added, { carried, isLimited });
      if (item === undefined || item === null) return null;
      if (isCounted) return { item, used: Number(item.rate_used?.N) };
      if (!fits(item)) return null;
      const used = usedIn(added.window, item);
      // Requests over the limit are not counted: they would be carried over into the next window.
      if (isLimited && used >= added.window.limit) return { item, used: used + added.requests };
      carried = isOpen(added.window, item) ? null : used;
    }
    return null;
  };

  return {
    async get(ref, window) {
      const item = await getItem(client, table, tokenKey(ref.holder), (found) => found);
      const token = item === null ? null : parseToken(item, ref);
      return item === null || token === null ? null : { token, used: usedIn(window, item) };
    },

    async count(ref, window) {
      const fits = (item: AttributeMap) => isHeldBy(item, ref);
      const counted = await count(ref, { window, requests: 1, lease: null }, { fits, isLimited: true });
      const token = counted === null ? null : parseToken(counted.item, ref);
      return counted === null || token === null ? null : { token, used: counted.used };
    },

    acquireLease: (holder, now, until) => acquireReadLease(client, table, holder, { now, until }),

    async charge(holder, window, { requests, lease }) {
      const add = (held: ExpensiveReadLease | null) => {
        const fits = (item: AttributeMap) => held === null || isHolderOf(item, held);
        return count({ holder }, { window, requests, lease: held }, { fits, isLimited: false });
      };
      // An expired lease may belong to another request by now, and must not be released.
      const counted = (lease === null ? null : await add(lease)) ?? (await add(null));
      return counted?.used ?? requests;
    },
  };
}

function isHolderOf(item: AttributeMap, { slot, until }: ExpensiveReadLease): boolean {
  return Number(item[leaseAttribute(slot)]?.N) === until;
}

function isOpen({ start }: RateLimitWindow, { rate_window }: AttributeMap): boolean {
  return rate_window?.S !== undefined && rate_window.S >= start.toISOString();
}

/** Returns the count of a window, or the count carried over into it if nothing has been counted yet. */
function usedIn(window: RateLimitWindow, item: AttributeMap): number {
  const { rate_window, rate_used } = item;
  if (rate_window?.S === undefined) return 0;
  const used = Number(rate_used?.N);
  return isOpen(window, item) ? used : carryOver({ start: new Date(rate_window.S), used }, window);
}

/** Whether the item has the token. Saves further attempts for an access token that its client does not have. */
function isHeldBy(item: AttributeMap, { isAccessToken, hash }: TokenRef): boolean {
  return !isAccessToken || Object.hasOwn(item.access?.M ?? {}, hash);
}

/** An item takes about a thousand writes a second, which is above the limit of any token. */
function overwhelmed(cause: unknown): ActivityError {
  return new ActivityError("rate_limited", "Too many requests at the same time: wait a second.", {
    retryAfter: 1,
    cause,
  });
}
