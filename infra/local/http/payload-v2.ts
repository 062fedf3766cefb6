import type { APIGatewayProxyEventV2 } from "aws-lambda";

export type GatewayRequest = {
  readonly method: string;
  /** The raw path and query of the request line. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly protocol: string;
};

/** The values that the gateway adds to a request. */
type RequestDetails = {
  readonly account: string;
  readonly apiId: string;
  readonly requestId: string;
  readonly time: Date;
};

/** The path of a request as HTTP APIs give it to routes and functions. */
export function rawPathOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "/";
  // HTTP APIs decode the path before they cut the query off, so an encoded "?" ends it.
  return decoded(path, false).split("?", 1)[0] ?? "/";
}

/** The value of the first header with a name in lower case. */
export function headerOf({ rawHeaders }: GatewayRequest, name: string): string | undefined {
  const at = rawHeaders.findIndex((entry, index) => index % 2 === 0 && entry.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
}

/** The event of a request in payload format 2.0. */
export function toPayloadV2(
  request: GatewayRequest,
  route: { readonly routeKey: string; readonly pathParameters: Readonly<Record<string, string>> },
  facts: RequestDetails,
): APIGatewayProxyEventV2 {
  const { url, method, body } = request;
  const rawQueryString = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  const { cookies, headers } = headersOf(request.rawHeaders);
  const query = queryOf(rawQueryString);
  const text = textOf(body);
  const domainName = headers.host ?? "localhost";
  const rawPath = rawPathOf(url);
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...headers,
      "x-forwarded-for": request.sourceIp,
      "x-forwarded-port": domainName.split(":")[1] ?? "80",
      "x-forwarded-proto": "http",
    },
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: {
      accountId: facts.account,
      apiId: facts.apiId,
      domainName,
      domainPrefix: domainName.split(".")[0] ?? "",
      http: {
        method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: facts.requestId,
      routeKey: route.routeKey,
      stage: "$default",
      time: commonLogTime(facts.time),
      timeEpoch: facts.time.getTime(),
    },
    ...(Object.keys(route.pathParameters).length > 0 && { pathParameters: { ...route.pathParameters } }),
    ...(body.length > 0 && { body: text ?? body.toString("base64") }),
    isBase64Encoded: body.length > 0 && text === undefined,
  };
}

/** As `12/Mar/2026:19:03:58 +0000`. */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(time.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
}

function headersOf(rawHeaders: readonly string[]) {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? "";
    const value = rawHeaders[at + 1] ?? "";
    if (name === "cookie") cookies.push(...value.split(/; */));
    else define(headers, name, Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value);
  }
  return { headers, cookies };
}

function queryOf(rawQueryString: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const pair of rawQueryString.split("&").filter(Boolean)) {
    const [name = "", ...rest] = pair.split("=");
    const key = decoded(name, true);
    const value = decoded(rest.join("="), true);
    define(query, key, Object.hasOwn(query, key) ? `${query[key]},${value}` : value);
  }
  return query;
}

/** A plain assignment to `__proto__` would not create the key. */
function define(record: Record<string, string>, key: string, value: string): void {
  Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Percent decoding that leaves what is no escape as it is, and turns broken UTF-8 into replacement characters. */
function decoded(text: string, plusIsSpace: boolean): string {
  const spaced = plusIsSpace ? text.replaceAll("+", " ") : text;
  return spaced.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
