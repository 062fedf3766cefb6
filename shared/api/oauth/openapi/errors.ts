import {
  commonErrorSamples,
  commonErrorStatuses,
  describeErrorFamily,
  type ErrorFamily,
} from "#shared/api/fakturoid/openapi/errors.ts";
import { renderOauthError } from "#shared/api/oauth/errors.ts";
import { ActivityError } from "#shared/errors.ts";

const oauth: ErrorFamily = {
  prefix: "Oauth",
  render: renderOauthError,
  samples: {
    ...commonErrorSamples,
    invalid_value: new ActivityError("invalid_value", "The body must be JSON in UTF-8, without a byte order mark."),
    required_field: new ActivityError("required_field", "grant_type is required.", { field: "grant_type" }),
    grant_type: new ActivityError("invalid_value", "grant_type must be client_credentials.", {
      field: "grant_type",
    }),
    unauthenticated: new ActivityError("unauthenticated", "Invalid or revoked client. Check its id and secret."),
    too_large: new ActivityError("too_large", "The body is too large."),
    unsupported_media_type: new ActivityError(
      "unsupported_media_type",
      "The body must be JSON. Set the header Content-Type accordingly, for example to application/json.",
      { field: "Content-Type" },
    ),
  },
  statuses: {
    ...commonErrorStatuses,
    400: {
      name: "BadRequest",
      description:
        "A field is missing or invalid, the header `User-Agent` is missing, or the operator has suspended the account " +
        "of the client (`unauthorized_client`).",
    },
    401: {
      name: "Unauthorized",
      description: "The client is unknown or revoked, or its secret is wrong.",
      headers: ["WWW-Authenticate"],
      hasRateLimit: false,
    },
    413: { name: "TooLarge", description: "The body is too large." },
    415: {
      name: "UnsupportedMediaType",
      description: "The body is neither JSON nor a form.",
    },
    503: {
      name: "Unavailable",
      description: "The store is temporarily unavailable. Retry after `Retry-After`.",
      headers: ["Retry-After"],
    },
  },
};

/** Returns the error responses of an operation on tokens. */
export const errorResponses = describeErrorFamily(oauth);
