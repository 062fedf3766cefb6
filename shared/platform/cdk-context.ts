/** Key in the context of the CDK app. `false` bundles the functions without source maps. */
export const sourceMapsKey = "activity-log:sourceMaps";

/** Context of a synthesis that needs no source maps: they take half the time of bundling. */
export const withoutSourceMaps = { [sourceMapsKey]: false } as const;
