import type { SendError } from "#shared/webhooks/deliveries/attempt.ts";
import { addressRefused } from "./ssrf-safe-lookup.ts";

/** What kept a request from being answered, and the words for it. */
export type Fault = { readonly error: SendError; readonly message: string };

/** How far a request has come: what is being waited for. */
export type Stage = "dns" | "connect" | "tls" | "answer";

/** The alert of TLS 1.3; before it, servers end the handshake without a reason of their own (RFC 8446, section 6.2). */
const certificateRequired = "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";

/**
 * The fault that an error of `node:http`, `net` or `tls` stands for at a stage. The words are never the error's own,
 * which name addresses.
 */
export function faultOf(stage: Stage, { code = "no code" }: NodeJS.ErrnoException): Fault {
  if (code === addressRefused) return fault("address_refused", "The host resolves to an address that is not public");
  if (code.startsWith("HPE_"))
    return fault("protocol", `The answer is no HTTP/1.1, or its headers are too long (${code})`);
  if (code === certificateRequired)
    return fault("tls", "The receiver requires a client certificate, which is not supported");
  // TLS 1.3 may refuse a connection that the client believes to be made.
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) return faults.tls(code);
  return faults[stage](code);
}

/** The fault of a URL that must not be sent to, in the words of the refusal. */
export function urlRefused(message: string): Fault {
  return { error: "url_refused", message };
}

/** The fault of an answer with status 101, which is not HTTP from there on. */
export const otherProtocol = fault("protocol", "The answer wants to go on in another protocol");

/** The fault of an answer whose status is none (RFC 9110, section 15). */
export const noStatus = fault("protocol", "The answer has no valid status");

/** The fault of a connection that was not there in time. */
export function lateConnection(stage: Stage, limitMs: number): Fault {
  if (stage === "dns") return faults.dns("ETIMEOUT");
  return fault("connect_timeout", `There was no connection within ${seconds(limitMs)}`);
}

/** The fault of an answer whose headers were not there in time. */
export function lateAnswer(limitMs: number): Fault {
  return fault("timeout", `There was no answer within ${seconds(limitMs)}`);
}

const faults: Readonly<Record<Stage, (code: string) => Fault>> = {
  dns: (code) => fault("dns", `The host could not be resolved (${code})`),
  connect: (code) => fault("connect", `No connection could be made (${code})`),
  tls: (code) => fault("tls", `The TLS connection failed (${code})`),
  answer: (code) => fault("reset", `The connection ended before an answer came (${code})`),
};

function fault(error: SendError, message: string): Fault {
  return { error, message: `${message}.` };
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
