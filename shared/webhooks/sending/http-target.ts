import { ActivityError } from "#shared/errors.ts";
import { hostOf, portOf, readEndpointUrl, type UrlRules } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { type Fault, urlRefused } from "./send-failure.ts";

/** Where a request goes: a URL that may be sent to, as `node:http` wants it. */
export type Target = {
  readonly secure: boolean;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port as the Host header has them. */
  readonly authority: string;
  readonly path: string;
};

/** What is remembered is dropped beyond this: more URLs than a function sends to at a time. */
const maxRemembered = 1_000;

/**
 * A function that finds the target of a URL, or why there is none: the rules may be others than when the URL was
 * stored. It remembers its answers, since the same URL comes to the same, and reading one takes as long as signing a
 * body.
 */
export function targetReader(rules: UrlRules): (text: string) => Target | Fault {
  const known = new Map<string, Target | Fault>();
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const found = read(text, rules);
    if (known.size >= maxRemembered) known.clear();
    known.set(text, found);
    return found;
  };
}

function read(text: string, rules: UrlRules): Target | Fault {
  try {
    const url = new URL(readEndpointUrl(text, rules));
    return {
      secure: url.protocol === "https:",
      host: hostOf(url),
      port: portOf(url),
      authority: url.host,
      path: `${url.pathname}${url.search}`,
    };
  } catch (error) {
    if (error instanceof ActivityError) return urlRefused(error.message);
    throw error;
  }
}
