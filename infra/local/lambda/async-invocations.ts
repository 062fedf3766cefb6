import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import type { InvokeFunction } from "./local-function.ts";

/** Number of retries of a failed asynchronous invocation, and the maximum age of its event. */
export type AsyncRetryPolicy = {
  readonly maxRetries: number;
  readonly maxAgeMs: number;
};

export type AsyncInvoker = {
  /** Invokes the function asynchronously. */
  invokeAsync(payload: string): void;
  /** Cancels pending retries. */
  stop(): void;
};

type AsyncInvokerOptions = {
  readonly policy: AsyncRetryPolicy;
  readonly invoke: InvokeFunction;
  readonly now: () => Date;
  /** Settles when the time is over or the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  log(text: string): void;
};

const eventInvokeConfigSchema = z.object({
  DestinationConfig: z.never("asynchronous invocations have no destinations here").optional(),
  FunctionName: z.string(),
  MaximumEventAgeInSeconds: z.coerce.number().default(21_600),
  MaximumRetryAttempts: z.coerce.number().int().default(2),
});

// One minute, then two; a throttled invocation costs no retry (AWS Lambda Developer Guide, "Error handling for
// asynchronous invocation").
const pausesMs = [60_000, 120_000];
const throttledMs = { first: 1_000, longest: 300_000 };

/** The rules of a function, as the template sets them or else as Lambda has them. */
export function asyncRetryPolicy(
  { name, arn }: Pick<FunctionDefinition, "name" | "arn">,
  resources: TemplateResources,
): AsyncRetryPolicy {
  const own = resources
    .ofType("AWS::Lambda::EventInvokeConfig")
    .map((config) => parseProperties(eventInvokeConfigSchema, config))
    .find(({ FunctionName }) => [name, arn].includes(FunctionName));
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } =
    own ?? eventInvokeConfigSchema.parse({ FunctionName: name });
  return { maxRetries: MaximumRetryAttempts, maxAgeMs: MaximumEventAgeInSeconds * 1_000 };
}

/** Creates an invoker that retries failed asynchronous invocations. */
export function createAsyncInvoker({ policy: rules, invoke, now, wait, log }: AsyncInvokerOptions): AsyncInvoker {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(payload: string): Promise<void> {
    const expires = now().getTime() + rules.maxAgeMs;
    const pauses = pausesMs.slice(0, rules.maxRetries);
    let throttledPauseMs = throttledMs.first;
    while (!signal.aborted) {
      const outcome = await invoke(payload);
      if (outcome.kind === "result" || signal.aborted) return;
      const isThrottled = outcome.kind === "throttled";
      const reason = isThrottled ? "it was throttled" : outcome.error.errorMessage;
      const pauseMs = isThrottled ? throttledPauseMs : pauses.shift();
      if (isThrottled) throttledPauseMs = Math.min(throttledPauseMs * 2, throttledMs.longest);
      if (pauseMs === undefined || now().getTime() + pauseMs > expires) {
        log(`an asynchronous invocation was given up: ${reason}`);
        return;
      }
      log(`an asynchronous invocation is tried again in ${pauseMs / 1_000} s: ${reason}`);
      await wait(pauseMs, signal);
    }
  }

  return { invokeAsync: (payload) => void run(payload), stop: () => stopping.abort() };
}
