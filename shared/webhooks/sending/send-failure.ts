import type { SendError } from "./send-result.ts";
import { addressRefusedCode } from "./ssrf-safe-lookup.ts";

/** Why a request got no response: the code, and a message for the endpoint's owner. */
export type SendFailure = { readonly error: SendError; readonly message: string };

/** What a request is waiting for. */
export type RequestStage = "dns" | "connect" | "tls" | "response";

/** The alert of TLS 1.3 (RFC 8446, section 6.2). Earlier versions have no alert of their own for it. */
const certificateRequired = "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";

/**
 * Returns the failure of an error of `node:http`, `net` or `tls` at a stage. The message never contains the error's own,
 * which can name addresses.
 */
export function toSendFailure(stage: RequestStage, { code = "no code" }: NodeJS.ErrnoException): SendFailure {
  if (code === addressRefusedCode)
    return sendFailure("address_refused", "The host resolves to an address that is not public");
  if (code.startsWith("HPE_"))
    return sendFailure("protocol", `The response is not valid HTTP/1.1, or its headers are too long (${code})`);
  if (code === certificateRequired)
    return sendFailure("tls", "The receiver requires a client certificate, which is not supported");
  // TLS 1.3 servers can refuse a connection that the client considers established.
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return failuresByStage.tls(code);
  return failuresByStage[stage](code);
}

/** Returns the failure of a URL that is not allowed. */
export function urlRefusedFailure(message: string): SendFailure {
  return { error: "url_refused", message };
}

/** The failure of a response with status 101. */
export const protocolSwitchFailure = sendFailure("protocol", "The endpoint responded with 101 Switching Protocols");

/** The failure of a response with an invalid status (RFC 9110, section 15). */
export const invalidStatusFailure = sendFailure("protocol", "The response has no valid status");

/** Returns the failure of a connection that was not established in time. */
export function connectTimeoutFailure(stage: RequestStage, limitMs: number): SendFailure {
  if (stage === "dns") return failuresByStage.dns("ETIMEOUT");
  return sendFailure("connect_timeout", `The connection was not established within ${seconds(limitMs)}`);
}

/** Returns the failure of response headers that did not arrive in time. */
export function responseTimeoutFailure(limitMs: number): SendFailure {
  return sendFailure("timeout", `No response arrived within ${seconds(limitMs)}`);
}

const failuresByStage: Readonly<Record<RequestStage, (code: string) => SendFailure>> = {
  dns: (code) => sendFailure("dns", `The host could not be resolved (${code})`),
  connect: (code) => sendFailure("connect", `The connection failed (${code})`),
  tls: (code) => sendFailure("tls", `The TLS connection failed (${code})`),
  response: (code) => sendFailure("reset", `The connection ended before a response arrived (${code})`),
};

function sendFailure(error: SendError, message: string): SendFailure {
  return { error, message: `${message}.` };
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
