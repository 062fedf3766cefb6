import * as z from "zod";
import { propertiesOf } from "#infra/local/template/properties.ts";
import type { Resources } from "#infra/local/template/resources.ts";
import type { FunctionDefinition } from "./definition.ts";
import type { Invoke } from "./function.ts";

/** How often, and until what age, a failed asynchronous invocation is tried again. */
export interface AsyncRules {
  readonly maxRetries: number;
  readonly maxAgeMs: number;
}

export interface AsyncInvocations {
  /** Takes an event, whose invocation nobody waits for. */
  accept(payload: string): void;
  /** Ends what still waits to be tried again. */
  stop(): void;
}

interface Options {
  readonly rules: AsyncRules;
  readonly invoke: Invoke;
  readonly now: () => Date;
  /** Settles when the time is over or the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  log(text: string): void;
}

const EventInvokeConfig = z.object({
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
export function asyncRules({ name, arn }: Pick<FunctionDefinition, "name" | "arn">, resources: Resources): AsyncRules {
  const own = resources
    .ofType("AWS::Lambda::EventInvokeConfig")
    .map((config) => propertiesOf(EventInvokeConfig, config))
    .find(({ FunctionName }) => [name, arn].includes(FunctionName));
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = own ?? EventInvokeConfig.parse({ FunctionName: name });
  return { maxRetries: MaximumRetryAttempts, maxAgeMs: MaximumEventAgeInSeconds * 1_000 };
}

/** Invokes a function without anybody waiting, and again where that fails. */
export function asyncInvocations({ rules, invoke, now, wait, log }: Options): AsyncInvocations {
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

  return { accept: (payload) => void run(payload), stop: () => stopping.abort() };
}
