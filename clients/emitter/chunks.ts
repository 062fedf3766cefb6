export type ChunkLimits = { readonly count: number; readonly bytes: number };

/**
 * What one SendMessageBatch may hold:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const sqsBatchLimits: ChunkLimits = { count: 10, bytes: 1_048_576 };

/**
 * Splits messages into runs, in order, that each keep to the limits. A message above the limit of bytes travels
 * alone.
 */
export function* chunksOf<T extends { readonly body: string }>(
  messages: readonly T[],
  limits: ChunkLimits = sqsBatchLimits,
): Generator<readonly T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    if (chunk.length > 0 && (chunk.length === limits.count || bytes + size > limits.bytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
