export type BatchLimits = { readonly count: number; readonly bytes: number };

/**
 * The limits of one SendMessageBatch:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const sqsBatchLimits: BatchLimits = { count: 10, bytes: 1_048_576 };

/** Splits messages into batches within the limits, in order. A message above the limit of bytes is a batch of its own. */
export function* splitIntoBatches<T extends { readonly body: string }>(
  messages: readonly T[],
  limits: BatchLimits = sqsBatchLimits,
): Generator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    if (batch.length > 0 && (batch.length === limits.count || bytes + size > limits.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
