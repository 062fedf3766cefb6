import { secondsToReset } from "../../access/rate.ts";
import type { RateRules } from "../identify.ts";

/** The vendor's rate. Clients read these headers by regular expressions: not a character may be otherwise. */
export const fakturoidRate: RateRules = {
  limit: 400,
  headers: (state, now) => ({
    "x-ratelimit-policy": `default;q=${state.limit};w=60`,
    "x-ratelimit": `default;r=${state.remaining};t=${secondsToReset(state, now)}`,
  }),
};
