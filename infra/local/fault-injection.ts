/** A call of one service of AWS by another. */
export type AwsServiceCall = {
  /** As `DynamoDB_20120810`. */
  readonly service: string;
  readonly operation: string;
  /** Parsed input of the operation. */
  readonly input: unknown;
  /** ARN of the calling principal. */
  readonly caller: string;
};

/**
 * Injects faults, for tests of how the stack handles them. Each method is called at every occasion.
 */
export type FaultInjector = {
  /** Returns the error code with which the call fails, or `undefined` to let it pass. */
  errorFor(call: AwsServiceCall): string | undefined;
  /** True to make the call, then close the connection without a response. */
  dropsResponse(call: AwsServiceCall): boolean;
  /** Called at each invocation. `kill` stops its environment and returns whether the invocation was still running. */
  onInvoke(functionName: string, kill: () => boolean): void;
  /** Returns a function that replaces each batch of an event source by the batches to deliver. */
  rebatch<Item>(source: EventSourceRef): (batch: readonly Item[]) => readonly (readonly Item[])[];
};

export type EventSourceRef = {
  readonly id: string;
  /** Batches of a stream must keep their order. */
  readonly kind: "queue" | "stream";
};
