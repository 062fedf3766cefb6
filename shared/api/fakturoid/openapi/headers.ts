import { fakturoidRateLimitPolicy } from "#shared/api/fakturoid/credentials.ts";
import { headerComponent, readCostDescription } from "#shared/api/openapi/headers.ts";
import { rateLimitState } from "#shared/auth/rate-limit.ts";

const sampleNow = new Date("2026-05-12T07:51:05Z");
const sampleRate = fakturoidRateLimitPolicy.headers(
  rateLimitState(2, sampleNow, fakturoidRateLimitPolicy.limit),
  sampleNow,
);

/** The rate limit headers of this dialect. */
export const fakturoidRateLimitHeaders = {
  ...headerComponent("X-RateLimit-Policy", {
    description:
      "`q` is the number of requests that the token, or all tokens of the client together, may make in `w` seconds.",
    schema: { type: "string" },
    example: sampleRate["x-ratelimit-policy"],
  }),
  ...headerComponent("X-RateLimit", {
    description: `\`r\` requests are left; the next window begins in \`t\` seconds. ${readCostDescription}`,
    schema: { type: "string" },
    example: sampleRate["x-ratelimit"],
  }),
};
