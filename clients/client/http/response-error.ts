import { ActivityLogError, type ErrorCode } from "./activity-log-error.ts";
import type { ApiResponse } from "./request.ts";
import { parseRetryDelay } from "./retry-after.ts";

/** Returns the error of a response whose status is not a success. All dialects and the gateways in front are understood. */
export function toResponseError({ status, headers, body }: ApiResponse, now: Date): ActivityLogError {
  const { code, error, error_description, message, field, details, request_id } = toRecord(body);
  const hasDescription = typeof error_description === "string";
  return new ActivityLogError(
    toErrorCode(status),
    firstText(message, error_description, error) ?? `The API responded with status ${status}.`,
    {
      status,
      // SimplyBooks has its message in `error`.
      apiCode: firstText(code, hasDescription ? error : null),
      field: firstText(field),
      details,
      requestId: firstText(headers.get("x-request-id"), request_id),
      retryAfterMs: parseRetryDelay(status, headers, now),
    },
  );
}

function toErrorCode(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "unauthenticated";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 429:
      return "rate_limited";
    case 502:
    case 503:
    case 504:
      return "unavailable";
  }
  if (status >= 500) return "internal";
  return status >= 400 ? "invalid_request" : "invalid_response";
}

function toRecord(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? { ...body } : {};
}

function firstText(...values: readonly unknown[]): string | null {
  return values.find((value): value is string => typeof value === "string" && value !== "") ?? null;
}
