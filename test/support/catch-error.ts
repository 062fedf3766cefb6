import { ActivityError } from "#shared/errors.ts";

/** The `ActivityError` that a call ends with. Fails where it ends well, or with an error of another kind. */
export function catchError(call: () => unknown): ActivityError {
  try {
    call();
  } catch (error) {
    if (error instanceof ActivityError) return error;
    throw error;
  }
  throw new Error("Expected a refusal, and there was none.");
}

/** The same for a promise. */
export async function catchRejection(promise: Promise<unknown>): Promise<ActivityError> {
  const outcome = await promise.then(
    () => () => undefined,
    (error: unknown) => () => {
      throw error;
    },
  );
  return catchError(outcome);
}
