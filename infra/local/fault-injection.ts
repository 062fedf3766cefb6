/** A call of one service of AWS by another. */
export interface ServiceCall {
  /** As `DynamoDB_20120810`. */
  readonly service: string;
  readonly operation: string;
  /** What the call asks, as parsed JSON: faults may concern one organisation alone. */
  readonly input: unknown;
  /** ARN of whoever calls. */
  readonly caller: string;
}

/**
 * What goes wrong on purpose, for those who test what the stack makes of it. Each is asked at every occasion; without
 * faults nothing is asked, and nothing goes wrong.
 */
export interface Faults {
  /** The code of an error that a call is answered with instead of being made, if any. */
  refuses(call: ServiceCall): string | undefined;
  /** Whether a call is made, and its connection then ends without an answer. */
  losesAnswer(call: ServiceCall): boolean;
  /** Told of each invocation; `kill` ends its environment, and tells whether the invocation was still running. */
  onInvoke(functionName: string, kill: () => boolean): void;
  /** How a source brings its batches: for each that it reads, those that are brought instead. */
  batchesOf<Item>(source: FaultySource): (batch: readonly Item[]) => readonly (readonly Item[])[];
}

export interface FaultySource {
  readonly id: string;
  /** A stream keeps its order, whatever goes wrong. */
  readonly kind: "queue" | "stream";
}
