import { Aws, Fn, RemovalPolicy } from "aws-cdk-lib";

/**
 * Retains data if the stack is deleted. A failed first deployment still deletes the resource, which is empty, so that the
 * next one can create it.
 */
export const retainExceptOnCreate = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** Returns a name that is unique to this instance of the stack: a retained resource of a deleted stack keeps its name. */
export function uniqueName(prefix: string): string {
  // The last part of a stack's ARN is a UUID of 36 characters.
  return Fn.join("-", [prefix, Fn.select(2, Fn.split("/", Aws.STACK_ID))]);
}
