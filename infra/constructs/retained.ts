import { Aws, Fn, RemovalPolicy } from "aws-cdk-lib";

/**
 * For what holds data that must outlive the stack, and can be deleted while it is empty: a first deployment that fails
 * takes it away again, so that nothing is left over for the next one.
 */
export const keptOnceUsed = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** A name that no other stack has, nor this one after it was deleted: what is kept of that one keeps its name, too. */
export function uniqueName(prefix: string): string {
  // The last part of a stack's ARN is a UUID: 36 characters.
  return Fn.join("-", [prefix, Fn.select(2, Fn.split("/", Aws.STACK_ID))]);
}
