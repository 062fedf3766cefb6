import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { TokenUses } from "../access/authenticate.ts";
import type { TokenRef } from "../access/token.ts";
import { ActivityError } from "../events/errors.ts";
import { textAttributes } from "./attributes.ts";
import { calling, isKeyThrottled } from "./faults.ts";
import { getItem } from "./get-item.ts";
import { tokenKey } from "./keys.ts";
import { takeLease } from "./read-leases.ts";
import { readToken } from "./token-item.ts";

/** A clock that lags behind another function's counts in the window that is open, and never turns it back. */
const windowIsOpen = "rate_window >= :window";
const windowIsOver = "attribute_exists(pk) AND (attribute_not_exists(rate_window) OR rate_window < :window)";

type Count = { readonly window: Date; readonly requests: number; readonly lease: number | null };

/**
 * Reads a token and counts its use in one conditional write, so that a request costs one round trip for identity,
 * revocation, rate and last use together. Only the first request of a window needs a second one, which opens the
 * window. An access token is counted on its client's item, and only where the client has it.
 */
export function tokenUses(client: DynamoDBClient, table: string): TokenUses {
  const update = async (ref: Pick<TokenRef, "holder"> & Partial<TokenRef>, count: Count, isOpen: boolean) => {
    const isHeld = ref.isAccessToken ? " AND attribute_exists(#access.#hash)" : "";
    const counting = isOpen ? "ADD rate_used :requests" : "SET rate_window = :window, rate_used = :requests";
    const request = {
      TableName: table,
      Key: textAttributes(tokenKey(ref.holder)),
      ConditionExpression: `${isOpen ? windowIsOpen : windowIsOver}${isHeld}`,
      UpdateExpression: `${counting}${count.lease === null ? "" : ` REMOVE read_lease_${count.lease}`}`,
      ...(ref.isAccessToken && { ExpressionAttributeNames: { "#access": "access", "#hash": ref.hash ?? "" } }),
      ExpressionAttributeValues: {
        ":window": { S: count.window.toISOString() },
        ":requests": { N: String(count.requests) },
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    try {
      return { counted: true, item: (await calling(client.send(new UpdateItemCommand(request)))).Attributes } as const;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return { counted: false, item: error.Item } as const;
      throw isKeyThrottled(error) ? overwhelmed(error) : error;
    }
  };

  /** Counts in the window that is open, or opens the next; `null` where the item is not there or does not fit. */
  const count = async (ref: Parameters<typeof update>[0], added: Count, fits: (item: Item) => boolean) => {
    for (const isOpen of [true, false, true]) {
      const { counted, item } = await update(ref, added, isOpen);
      if (item === undefined || !fits(item)) return null;
      if (counted) return unmarshall(item);
    }
    return null;
  };

  return {
    async look(ref, window) {
      const item = await getItem(client, table, tokenKey(ref.holder), (found) => unmarshall(found));
      const token = item === null ? null : readToken(item, ref);
      if (item === null || token === null) return null;
      const isOpen = token.last_used_at !== null && token.last_used_at >= window.toISOString();
      return { token, used: isOpen ? Number(item.rate_used) : 0 };
    },

    async use(ref, window) {
      const item = await count(ref, { window, requests: 1, lease: null }, (found) => isHeldBy(found, ref));
      if (item === null) return null;
      const token = readToken(item, ref);
      return token === null ? null : { token, used: Number(item.rate_used) };
    },

    lease: (holder, now, until) => takeLease(client, table, holder, { now, until }),

    async charge(holder, window, { requests, lease }) {
      const item = await count({ holder }, { window, requests, lease }, () => true);
      return Number(item?.rate_used ?? requests);
    },
  };
}

type Item = Record<string, AttributeValue>;

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
