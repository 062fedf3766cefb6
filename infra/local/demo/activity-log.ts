import { withoutSourceMaps } from "#shared/platform/cdk-context.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

/** Settings of the local runtime for the activity log. Pass them to `startLocalRuntime`. */
export const activityLog = {
  /** No template sets this: only here may webhooks be sent to receivers on the same machine. */
  functionVariables: { [envVars.webhooksToLoopback]: "allow" },
  groupOutputs: parseStackOutputs,
};

/** Context of the CDK app. Pass it to `synthesize`. */
export const synthesisContext = withoutSourceMaps;
