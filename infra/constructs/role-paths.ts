import { Aws } from "aws-cdk-lib";

/**
 * The path of the roles that append to the ledger: sequencer, reconciler and anchors. Policies name paths, not roles, so that a
 * role can be replaced, and a retained table or bucket adopted by a stack without them.
 */
export const ledgerWriters = `/${Aws.STACK_NAME}/${Aws.REGION}/ledger-writers/`;

/** The path of the roles that sign checkpoints and do not write to the ledger. */
export const checkpointSigners = `/${Aws.STACK_NAME}/${Aws.REGION}/checkpoint-signers/`;

/** Returns the condition that a role has none of these paths. */
export function hasOtherPath(...paths: readonly string[]) {
  const roles = paths.map((path) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${path}*`);
  return { ArnNotLike: { "aws:PrincipalArn": roles } };
}
