import type { Connection } from "#clients/client/http/connection.ts";
import type { Query, RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { QueryOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath } from "./cursor-list.ts";

export type CheckpointParams = Omit<QueryOf<"get_checkpoint">, "organization_id">;

export type ConsistencyParams = Omit<QueryOf<"get_consistency">, "organization_id">;

/** What names an event in a list, so that its proof is found. */
export type ProvedEvent = Pick<Schemas["Event"], "entity_id" | "event_id" | "occurred_at">;

/**
 * Proofs and checkpoints of the organisation's log, as texts to keep or to verify (`activity verify`). Its methods throw
 * `ActivityLogError`: `not_found` with `retryAfterMs` if no checkpoint covers the event yet.
 */
export type Proofs = {
  /** Returns the latest checkpoint, or one that covers `sequence`. */
  checkpoint(params?: CheckpointParams, options?: RequestOptions): Promise<string>;
  /** Returns the proof that the log has the entry with a sequence. */
  get(sequence: number, options?: RequestOptions): Promise<string>;
  /** Returns the proof that the log has an event of a list. */
  find(event: ProvedEvent, options?: RequestOptions): Promise<string>;
  /** Returns the proof that the log only grew since a checkpoint of `from` entries. */
  consistency(params: ConsistencyParams, options?: RequestOptions): Promise<string>;
};

export function createProofs(connection: Connection): Proofs {
  const getText = async (path: string, query: Query, options?: RequestOptions): Promise<string> => {
    const request = { method: "GET", path: `${basePath}/activity/${path}`, query } as const;
    return (await send(connection, request, options)).text;
  };
  return {
    checkpoint: (params = {}, options) => getText("checkpoint", params, options),
    get: (sequence, options) => getText(`changes/${sequence}/proof`, {}, options),
    find({ entity_id, event_id, occurred_at }, options) {
      return getText("proof", { entity_id, event_id, occurred_at }, options);
    },
    consistency: (params, options) => getText("consistency", params, options),
  };
}
