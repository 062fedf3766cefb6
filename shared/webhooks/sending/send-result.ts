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

/** The response to one request, or why it got none. */
export type SendResult = {
  /** `null` if no complete status line and headers were received. */
  readonly status: number | null;
  readonly error: SendError | null;
  /** The error in words for the endpoint's owner; `null` if the request succeeded. */
  readonly message: string | null;
  readonly duration_ms: number;
  /** Names in lower case; limited in number and length. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, as text. */
  readonly body: string;
  readonly body_truncated: boolean;
};

/** Sends one POST request. Never throws because of the network or the receiver. */
export type SendWebhook = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<SendResult>;
