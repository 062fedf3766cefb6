/**
 * Calls `attempt`, with its number from 1 on, until it returns a result. `attempt` reads, changes and writes under optimistic
 * locking; it returns `null` if another writer was first. Returns `null` if that happens `maxAttempts` times.
 */
export async function retryOnConflict<T>(
  maxAttempts: number,
  attempt: (number: number) => Promise<T | null>,
): Promise<T | null> {
  for (let number = 1; number <= maxAttempts; number++) {
    const result = await attempt(number);
    if (result !== null) return result;
  }
  return null;
}
