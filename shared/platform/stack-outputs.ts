export type StackOutputs = {
  /** URL of the HTTP API, without a slash at the end; `undefined` if the stack has no API. */
  readonly api: string | undefined;
  readonly queues: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, string>>;
  /** Log groups. */
  readonly logs: Readonly<Record<string, string>>;
  /** The name of the logs of events, and the keys that sign their checkpoints. */
  readonly trust: Readonly<Record<string, string>>;
};

/**
 * Sorts a stack's outputs, deployed or local, by their names: `QueueIngestDeadLetters` is `queues.ingest_dead_letters`,
 * `TableEvents` is `tables.events`, `FunctionAdmin` is `functions.admin` and `ApiUrl` is `api`.
 */
export function parseStackOutputs(outputs: Readonly<Record<string, string>>): StackOutputs {
  const ofKind = (kind: string) =>
    Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => new RegExp(`^${kind}[A-Z]`).test(name))
        .map(([name, value]) => [snakeCase(name.slice(kind.length)), value]),
    );
  return {
    api: outputs.ApiUrl?.replace(/\/$/, ""),
    queues: ofKind("Queue"),
    tables: ofKind("Table"),
    functions: ofKind("Function"),
    logs: ofKind("Log"),
    trust: ofKind("Trust"),
  };
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}
