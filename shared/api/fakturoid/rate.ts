import type { RateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { secondsToReset } from "#shared/auth/rate-limit.ts";

/** The vendor's rate. Clients read these headers by regular expressions: not a character may be otherwise. */
export const fakturoidRateLimitPolicy: RateLimitPolicy = {
  limit: 400,
  headers: (state, now) => ({
    "x-ratelimit-policy": `default;q=${state.limit};w=60`,
    "x-ratelimit": `default;r=${state.remaining};t=${secondsToReset(state, now)}`,
  }),
};
