/** Why a request got no response. */
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

/** The result of one request: a response or an error. */
export type SendResult = {
  /** `null` without a complete status line and headers. */
  readonly status: number | null;
  readonly error: SendError | null;
  /** The error as text for the endpoint's owner. */
  readonly message: string | null;
  readonly duration_ms: number;
  /** Names in lower case; bounded in number and length. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, as text. */
  readonly body: string;
  readonly body_truncated: boolean;
};

/** Sends one POST request. Never throws for errors of the network or the receiver. */
export type SendWebhook = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<SendResult>;
