/** Headers that CloudFront adds to each request. It overwrites headers of the caller with these names. */
export const edgeHeaders = { secret: "x-activity-edge-secret", host: "x-activity-edge-host" } as const;
