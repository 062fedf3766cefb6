/** The path under which FinzBooks and the webhooks API are served. */
export const basePath = "/api/public/v1";
