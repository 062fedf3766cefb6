import type * as z from "zod/mini";
import { ActivityError } from "#shared/errors.ts";
import { describeIssue } from "#shared/events/describe-issue.ts";
import { clientCertificatesUnsupported } from "#shared/webhooks/endpoints/static-headers.ts";

/**
 * Returns a body that matches a schema. A missing body counts as an empty object, so that the error names a missing
 * field. Throws `ActivityError` `invalid_value` or `required_field` with the name of the field.
 */
export function parseBody<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body === undefined ? {} : body, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? parsed.error : toActivityError(issue);
}

/** Names that clients use for fields with a client certificate. */
const certificateField = /cert|pem|mtls|tls|pkcs|pfx|p12|private_?key|client_?key/i;

function toActivityError(issue: z.core.$ZodIssue): ActivityError {
  const isMissing = issue.code === "invalid_type" && issue.input === undefined && issue.path.length > 0;
  const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const [field] = unknownKeys.length > 0 ? unknownKeys : issue.path;
  const isCertificate = unknownKeys.some((key) => certificateField.test(key));
  return new ActivityError(
    isMissing ? "required_field" : "invalid_value",
    isCertificate ? clientCertificatesUnsupported : `${describeIssue(issue, "the body")}.`,
    field === undefined ? {} : { field: String(field).slice(0, 64) },
  );
}
