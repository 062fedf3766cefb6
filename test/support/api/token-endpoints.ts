import type { TokenEndpoints } from "#shared/auth/admin/admin.ts";

/** No token has left a webhook endpoint behind. */
export const noEndpoints: TokenEndpoints = { list: async () => [], disable: async () => true };
