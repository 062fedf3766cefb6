import * as z from "zod";

/** An answer of an AWS service that is not a success. */
export class AwsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = "AwsError";
    this.code = code;
  }
}

export type AwsCall = (operation: string, input: unknown, signal?: AbortSignal) => Promise<unknown>;

const failureSchema = z.object({
  __type: z.string().default("UnknownError"),
  message: z.string().optional(),
  Message: z.string().optional(),
});

/**
 * Speaks AWS's JSON protocol, e.g. `call("DynamoDB_20120810.ListTables", {})`, as the owner of an access key. The local
 * services check no signature, so none is made. Throws `AwsError`.
 */
export function createAwsCaller(origin: string, accessKey: string, region: string): AwsCall {
  return async (operation, input, signal) => {
    const response = await fetch(origin, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": operation,
        authorization: authorizationHeader(accessKey, region),
      },
      body: JSON.stringify(input),
      ...(signal && { signal }),
    }).catch((cause) => {
      throw new Error(`${operation} got no answer from ${origin}`, { cause });
    });
    const text = await response.text();
    if (response.ok) return text === "" ? {} : JSON.parse(text);
    const { __type, message, Message } = failureIn(text);
    throw new AwsError(__type.split("#").at(-1) ?? __type, message ?? Message ?? `status ${response.status}`);
  };
}

/** The header by which the local services know who calls. */
export function authorizationHeader(accessKey: string, region: string): string {
  const scope = `${accessKey}/20260101/${region}/local/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
}

function failureIn(text: string) {
  try {
    return failureSchema.parse(JSON.parse(text));
  } catch {
    return failureSchema.parse({ message: text.slice(0, 300) });
  }
}
