import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import type { ConsoleApi } from "#clients/console/api/console-api.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";

type Delivery = Schemas["WebhookDelivery"];

/** Requests that run at the same time: an organisation can have fifty endpoints. */
const maxConcurrent = 3;

/** Loads the newest deliveries of several endpoints, for their figures. What fails is not shown. */
export class EndpointDeliveries implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #limit: number;
  #abort = new AbortController();
  readonly #loaded = new Map<string, readonly Delivery[]>();

  constructor(host: ReactiveControllerHost, limit: number) {
    this.#host = host;
    this.#limit = limit;
    host.addController(this);
  }

  /** Returns the deliveries of an endpoint, newest first; `null` until they are loaded. */
  get(endpointId: string): readonly Delivery[] | null {
    return this.#loaded.get(endpointId) ?? null;
  }

  async load({ client }: ConsoleApi, endpointIds: readonly string[]): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      await mapWithConcurrency(endpointIds, maxConcurrent, async (endpointId) => {
        const { items } = await client.webhooks.deliveries(endpointId).list({ limit: this.#limit }, { signal });
        if (signal.aborted) return;
        this.#loaded.set(endpointId, items);
        this.#host.requestUpdate();
      });
    } catch (error) {
      if (!signal.aborted && !(error instanceof ActivityLogError)) throw error;
    }
  }

  hostDisconnected(): void {
    this.#abort.abort();
  }
}
