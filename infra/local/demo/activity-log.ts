import { withoutSourceMaps } from "#shared/platform/cdk-context.ts";
import { consolePath } from "#shared/platform/console-path.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

/** Returns the settings of the local runtime for the activity log. Anchors are stored in the folder `anchors`. */
export const activityLog = (anchors: string) => ({
  functionVariables: {
    /** Instead of a bucket of S3, which the local runtime does not host. */
    [envVars.anchorFolder]: anchors,
    /** No template sets this: only here may webhooks be sent to receivers on the same machine. */
    [envVars.webhooksToLoopback]: "allow",
    /** The API and the console have one origin. */
    [envVars.consoleUrl]: consolePath,
  },
  groupOutputs: parseStackOutputs,
});

/** Context of the CDK app. Pass it to `synthesize`. */
export const synthesisContext = withoutSourceMaps;
