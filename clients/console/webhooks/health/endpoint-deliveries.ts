import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import type { ConsoleApi } from "#clients/console/api/console-api.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";

type Delivery = Schemas["WebhookDelivery"];

/** The newest deliveries of an endpoint, newest first, unless the request has failed. */
export type ListedDeliveries = readonly Delivery[] | "failed";

/** Requests that run at the same time: an organisation can have fifty endpoints. */
const maxConcurrent = 3;

/** Loads the newest deliveries of several endpoints, for their figures. */
export class EndpointDeliveries implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #limit: number;
  #abort = new AbortController();
  readonly #loaded = new Map<string, ListedDeliveries>();

  constructor(host: ReactiveControllerHost, limit: number) {
    this.#host = host;
    this.#limit = limit;
    host.addController(this);
  }

  /** Returns the deliveries of an endpoint; `null` until they are loaded. */
  get(endpointId: string): ListedDeliveries | null {
    return this.#loaded.get(endpointId) ?? null;
  }

  async load({ client }: ConsoleApi, endpointIds: readonly string[]): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    await mapWithConcurrency(endpointIds, maxConcurrent, async (endpointId) => {
      const deliveries = await this.#list(client, endpointId, signal);
      if (signal.aborted) return;
      this.#loaded.set(endpointId, deliveries);
      this.#host.requestUpdate();
    });
  }

  async #list({ webhooks }: ConsoleApi["client"], endpointId: string, signal: AbortSignal) {
    try {
      return (await webhooks.deliveries(endpointId).list({ limit: this.#limit }, { signal })).items;
    } catch (error) {
      if (signal.aborted || error instanceof ActivityLogError) return "failed";
      throw error;
    }
  }

  hostDisconnected(): void {
    this.#abort.abort();
  }
}
