/** The path under which this dialect is served. */
export const basePath = "/api/v1";
