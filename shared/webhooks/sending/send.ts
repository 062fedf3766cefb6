import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { EndpointUrlRules } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { type HttpRequestLimits, type HttpRequestResult, sendHttpRequest } from "./http-request.ts";
import { createHttpTargetParser } from "./http-target.ts";
import type { SendResult, SendWebhook } from "./send-result.ts";
import { createDnsResolver, createSsrfSafeLookup, type ResolveHost } from "./ssrf-safe-lookup.ts";

export type SendLimits = HttpRequestLimits;

const defaultLimits: SendLimits = { connectMs: 5_000, totalMs: 15_000, keptBodyBytes: 4_096, readBodyBytes: 65_536 };

export type SenderOptions = EndpointUrlRules & {
  readonly resolve?: ResolveHost;
  readonly limits?: Partial<SendLimits>;
};

/** Idle connections are closed before common servers close them, which is after 5 s or more. */
const pool = { keepAlive: true, timeout: 4_000, maxSockets: 64, maxFreeSockets: 64, maxTotalSockets: 512 };

/**
 * Creates the function that sends webhooks. It follows no redirects and connects only to checked addresses. A response
 * counts from its complete headers on, even if the body stalls, breaks off or never ends; its beginning is stored.
 */
export function createSender({ resolve = createDnsResolver(), limits, ...rules }: SenderOptions): SendWebhook {
  const bounds = { ...defaultLimits, ...limits };
  const lookup = createSsrfSafeLookup(resolve, rules);
  const targetOf = createHttpTargetParser(rules);
  const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };

  return async (url, headers, body) => {
    const startedAt = performance.now();
    const resultOf = (outcome: HttpRequestResult["outcome"]): SendResult => ({
      ...noResponse,
      ...outcome,
      duration_ms: Math.round(performance.now() - startedAt),
    });
    const target = targetOf(url);
    if ("error" in target) return resultOf(target);
    const call = { target, headers, body, lookup, agent: target.secure ? agents.https : agents.http };
    const deadline = startedAt + bounds.totalMs;
    const first = await sendHttpRequest(call, bounds, deadline);
    if (!isStale(first)) return resultOf(first.outcome);
    // The receiver closed the connection as it was reused. If it has read the request, it recognises the repeat by its id.
    const second = await sendHttpRequest({ ...call, agent: false }, bounds, deadline);
    return resultOf(second.outcome);
  };
}

const noResponse: Omit<SendResult, "duration_ms"> = {
  status: null,
  error: null,
  message: null,
  headers: {},
  body: "",
  body_truncated: false,
};

function isStale({ outcome, isReusedConnection }: HttpRequestResult): boolean {
  return isReusedConnection && "error" in outcome && outcome.error === "reset";
}
