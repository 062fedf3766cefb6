import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { EndpointUrlRules } from "#shared/webhooks/endpoints/endpoint-url.ts";
import type { SendResult, SendWebhook } from "#shared/webhooks/sending/send-result.ts";
import { type HttpRequestLimits, type HttpRequestResult, sendHttpRequest } from "./http-request.ts";
import { createHttpTargetParser } from "./http-target.ts";
import { createDnsResolver, createSsrfSafeLookup, type ResolveHost } from "./ssrf-safe-lookup.ts";

export type SendLimits = HttpRequestLimits;

const defaultLimits: SendLimits = { connectMs: 5_000, totalMs: 15_000, keptBodyBytes: 4_096, readBodyBytes: 65_536 };

export type SenderOptions = EndpointUrlRules & {
  readonly resolve?: ResolveHost;
  readonly limits?: Partial<SendLimits>;
};

/** Idle connections are kept for less time than common servers keep them, which is 5 s and more. */
const pool = { keepAlive: true, timeout: 4_000, maxSockets: 64, maxFreeSockets: 64, maxTotalSockets: 512 };

/**
 * The engine that sends. It follows no redirect, and connects only to addresses that were checked. Complete headers are
 * an answer, whose status counts even if the body then stalls, breaks off or never ends: what came of it is kept.
 */
export function createSender({ resolve = createDnsResolver(), limits, ...rules }: SenderOptions): SendWebhook {
  const bounds = { ...defaultLimits, ...limits };
  const lookup = createSsrfSafeLookup(resolve, rules);
  const targetOf = createHttpTargetParser(rules);
  const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };

  return async (url, headers, body) => {
    const begun = performance.now();
    const ended = (outcome: HttpRequestResult["outcome"]): SendResult => ({
      ...unanswered,
      ...outcome,
      duration_ms: Math.round(performance.now() - begun),
    });
    const target = targetOf(url);
    if ("error" in target) return ended(target);
    const call = { target, headers, body, lookup, agent: target.secure ? agents.https : agents.http };
    const deadline = begun + bounds.totalMs;
    const first = await sendHttpRequest(call, bounds, deadline);
    if (!isStale(first)) return ended(first.outcome);
    // The connection was closed just as it was used again. A receiver that read the request knows the repeat by its id.
    const second = await sendHttpRequest({ ...call, agent: false }, bounds, deadline);
    return ended(second.outcome);
  };
}

const unanswered: Omit<SendResult, "duration_ms"> = {
  status: null,
  error: null,
  message: null,
  headers: {},
  body: "",
  body_truncated: false,
};

function isStale({ outcome, isReusedConnection: reused }: HttpRequestResult): boolean {
  return reused && "error" in outcome && outcome.error === "reset";
}
