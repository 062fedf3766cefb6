import type { TokenEndpoints } from "../../shared/access/admin.ts";

/** No token has left a webhook endpoint behind. */
export const noEndpoints: TokenEndpoints = { list: async () => [], disable: async () => true };
