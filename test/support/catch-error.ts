import { ActivityError } from "#shared/errors.ts";

/** Returns the `ActivityError` that a call throws. Throws if it succeeds, or throws another error. */
export function catchError(call: () => unknown): ActivityError {
  try {
    call();
  } catch (error) {
    if (error instanceof ActivityError) return error;
    throw error;
  }
  throw new Error("Expected an ActivityError, but the call succeeded.");
}

/** As `catchError`, for a promise. */
export async function catchRejection(promise: Promise<unknown>): Promise<ActivityError> {
  const outcome = await promise.then(
    () => () => undefined,
    (error: unknown) => () => {
      throw error;
    },
  );
  return catchError(outcome);
}
