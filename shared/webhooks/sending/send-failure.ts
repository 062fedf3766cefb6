import type { SendError } from "#shared/webhooks/sending/send-result.ts";
import { addressRefusedCode } from "./ssrf-safe-lookup.ts";

/** What kept a request from being answered, and the words for it. */
export type SendFailure = { readonly error: SendError; readonly message: string };

/** How far a request has come: what is being waited for. */
export type RequestStage = "dns" | "connect" | "tls" | "answer";

/** The alert of TLS 1.3; before it, servers end the handshake without a reason of their own (RFC 8446, section 6.2). */
const certificateRequired = "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";

/**
 * The fault that an error of `node:http`, `net` or `tls` stands for at a stage. The words are never the error's own,
 * which name addresses.
 */
export function toSendFailure(stage: RequestStage, { code = "no code" }: NodeJS.ErrnoException): SendFailure {
  if (code === addressRefusedCode)
    return sendFailure("address_refused", "The host resolves to an address that is not public");
  if (code.startsWith("HPE_"))
    return sendFailure("protocol", `The answer is no HTTP/1.1, or its headers are too long (${code})`);
  if (code === certificateRequired)
    return sendFailure("tls", "The receiver requires a client certificate, which is not supported");
  // TLS 1.3 may refuse a connection that the client believes to be made.
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return failuresByStage.tls(code);
  return failuresByStage[stage](code);
}

/** The fault of a URL that must not be sent to, in the words of the refusal. */
export function urlRefusedFailure(message: string): SendFailure {
  return { error: "url_refused", message };
}

/** The fault of an answer with status 101, which is not HTTP from there on. */
export const protocolSwitchFailure = sendFailure("protocol", "The answer wants to go on in another protocol");

/** The fault of an answer whose status is none (RFC 9110, section 15). */
export const invalidStatusFailure = sendFailure("protocol", "The answer has no valid status");

/** The fault of a connection that was not there in time. */
export function connectTimeoutFailure(stage: RequestStage, limitMs: number): SendFailure {
  if (stage === "dns") return failuresByStage.dns("ETIMEOUT");
  return sendFailure("connect_timeout", `There was no connection within ${seconds(limitMs)}`);
}

/** The fault of an answer whose headers were not there in time. */
export function responseTimeoutFailure(limitMs: number): SendFailure {
  return sendFailure("timeout", `There was no answer within ${seconds(limitMs)}`);
}

const failuresByStage: Readonly<Record<RequestStage, (code: string) => SendFailure>> = {
  dns: (code) => sendFailure("dns", `The host could not be resolved (${code})`),
  connect: (code) => sendFailure("connect", `No connection could be made (${code})`),
  tls: (code) => sendFailure("tls", `The TLS connection failed (${code})`),
  answer: (code) => sendFailure("reset", `The connection ended before an answer came (${code})`),
};

function sendFailure(error: SendError, message: string): SendFailure {
  return { error, message: `${message}.` };
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
