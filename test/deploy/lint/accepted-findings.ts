/** Rules of cfn-lint whose findings are accepted, each with the reason. Remove rules without findings. */
export const acceptedFindings: Readonly<Record<string, string>> = {
  W3005:
    "CDK makes each function wait for its role and for the role's policy. The first is redundant, since the function names the role, and harmless.",
};
