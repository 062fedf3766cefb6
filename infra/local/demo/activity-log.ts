import { withoutSourceMaps } from "#shared/platform/cdk-context.ts";
import { consolePath } from "#shared/platform/console-path.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

/** Settings of the local runtime for the activity log. Pass them to `startLocalRuntime`. */
export const activityLog = {
  functionVariables: {
    /** No template sets this: only here may webhooks be sent to receivers on the same machine. */
    [envVars.webhooksToLoopback]: "allow",
    /** The API and the console have one origin. */
    [envVars.consoleUrl]: consolePath,
  },
  groupOutputs: parseStackOutputs,
};

/** Context of the CDK app. Pass it to `synthesize`. */
export const synthesisContext = withoutSourceMaps;
