/** Context of a synthesis that needs no source maps of the functions: they take half the time of bundling. */
export const withoutSourceMaps = { "activity-log:sourceMaps": false } as const;
