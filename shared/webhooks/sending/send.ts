import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Exchange, Send } from "#shared/webhooks/deliveries/attempt.ts";
import type { UrlRules } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { type Exchanged, type ExchangeLimits, exchange } from "./http-request.ts";
import { targetReader } from "./http-target.ts";
import { checkedLookup, dnsResolve, type Resolve } from "./ssrf-safe-lookup.ts";

export type SendLimits = ExchangeLimits;

const defaultLimits: SendLimits = { connectMs: 5_000, totalMs: 15_000, keptBodyBytes: 4_096, readBodyBytes: 65_536 };

export type SenderOptions = UrlRules & {
  readonly resolve?: Resolve;
  readonly limits?: Partial<SendLimits>;
};

/** Idle connections are kept for less time than common servers keep them, which is 5 s and more. */
const pool = { keepAlive: true, timeout: 4_000, maxSockets: 64, maxFreeSockets: 64, maxTotalSockets: 512 };

/**
 * The engine that sends. It follows no redirect, and connects only to addresses that were checked. Complete headers are
 * an answer, whose status counts even if the body then stalls, breaks off or never ends: what came of it is kept.
 */
export function sender({ resolve = dnsResolve(), limits, ...rules }: SenderOptions): Send {
  const bounds = { ...defaultLimits, ...limits };
  const lookup = checkedLookup(resolve, rules);
  const targetOf = targetReader(rules);
  const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };

  return async (url, headers, body) => {
    const begun = performance.now();
    const ended = (outcome: Exchanged["outcome"]): Exchange => ({
      ...unanswered,
      ...outcome,
      duration_ms: Math.round(performance.now() - begun),
    });
    const target = targetOf(url);
    if ("error" in target) return ended(target);
    const call = { target, headers, body, lookup, agent: target.secure ? agents.https : agents.http };
    const deadline = begun + bounds.totalMs;
    const first = await exchange(call, bounds, deadline);
    if (!isStale(first)) return ended(first.outcome);
    // The connection was closed just as it was used again. A receiver that read the request knows the repeat by its id.
    const second = await exchange({ ...call, agent: false }, bounds, deadline);
    return ended(second.outcome);
  };
}

const unanswered: Omit<Exchange, "duration_ms"> = {
  status: null,
  error: null,
  message: null,
  headers: {},
  body: "",
  body_truncated: false,
};

function isStale({ outcome, reused }: Exchanged): boolean {
  return reused && "error" in outcome && outcome.error === "reset";
}
