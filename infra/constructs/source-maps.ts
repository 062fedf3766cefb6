import type { IConstruct } from "constructs";
import { withoutSourceMaps } from "#shared/platform/cdk-context.ts";

/** Returns whether the app's functions get source maps: unless its context is `withoutSourceMaps`. */
export function hasSourceMaps(scope: IConstruct): boolean {
  return Object.keys(withoutSourceMaps).every((key) => scope.node.tryGetContext(key) !== false);
}
