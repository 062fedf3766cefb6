/** Headers that CloudFront adds to each request. It replaces what a caller sends under these names. */
export const edgeHeaders = { secret: "x-activity-edge-secret", host: "x-activity-edge-host" } as const;
