/**
 * Maps items with at most `limit` calls at the same time. Returns the results in the order of the items. Throws the first
 * error, after which no further call starts.
 */
export async function mapWithConcurrency<T, R>(
  items: Iterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = withIndex(items);
  // An error leaves the loop, which closes the generator for all workers.
  const work = async () => {
    for (const [at, item] of queue) results[at] = await map(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}

function* withIndex<T>(items: Iterable<T>): Generator<readonly [number, T]> {
  let at = 0;
  for (const item of items) yield [at++, item];
}
