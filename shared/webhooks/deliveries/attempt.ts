import type { LaterValue } from "#shared/webhooks/later-value.ts";

/** What kept a request from being answered. */
export type SendError =
  | "url_refused"
  | "address_refused"
  | "dns"
  | "connect"
  | "connect_timeout"
  | "tls"
  | "timeout"
  | "reset"
  | "protocol";

/** One HTTP exchange, or what became of the attempt at one. */
export type Exchange = {
  /** `null` where no complete status line and headers came. */
  readonly status: number | null;
  readonly error: SendError | null;
  /** What went wrong, in words for the endpoint's owner; `null` where nothing did. */
  readonly message: string | null;
  readonly duration_ms: number;
  /** Names in lower case; bounded in number and length. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, as text. */
  readonly body: string;
  readonly body_truncated: boolean;
};

/** Sends one POST. Never throws for what the other side does. */
export type Send = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Exchange>;

/** An attempt that was kept, perhaps by a later release. */
export type StoredAttempt = Omit<Attempt, "error"> & { readonly error: SendError | LaterValue | null };

/** One attempt as it is kept. */
export type Attempt = Exchange & {
  /** Counts from 1 over the life of the delivery. */
  readonly number: number;
  readonly at: string;
};
