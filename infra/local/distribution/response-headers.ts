import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource } from "#infra/local/template/resources.ts";

export type ResponseHeaders = Readonly<Record<string, string>>;

const override = { Override: z.literal(true) };
const seconds = z.union([z.int(), z.string().regex(/^\d+$/)]);

/** Strict: a header that is not known here would silently be missing. */
const policySchema = z.object({
  ResponseHeadersPolicyConfig: z.strictObject({
    Name: z.string(),
    CustomHeadersConfig: z.object({
      Items: z.array(z.object({ Header: z.string(), Value: z.string(), ...override })),
    }),
    SecurityHeadersConfig: z.strictObject({
      ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.string(), ...override }),
      ContentTypeOptions: z.object(override),
      ReferrerPolicy: z.object({ ReferrerPolicy: z.string(), ...override }),
      StrictTransportSecurity: z.strictObject({ AccessControlMaxAgeSec: seconds, ...override }),
    }),
  }),
});

/** Returns the headers of a response headers policy. Throws if it has settings that are not emulated. */
export function responseHeadersOf(policy: TemplateResource): ResponseHeaders {
  const { CustomHeadersConfig, SecurityHeadersConfig } = parseProperties(
    policySchema,
    policy,
  ).ResponseHeadersPolicyConfig;
  const { ContentSecurityPolicy, ReferrerPolicy, StrictTransportSecurity } = SecurityHeadersConfig;
  return {
    ...Object.fromEntries(CustomHeadersConfig.Items.map(({ Header, Value }) => [Header.toLowerCase(), Value])),
    "content-security-policy": ContentSecurityPolicy.ContentSecurityPolicy,
    "referrer-policy": ReferrerPolicy.ReferrerPolicy,
    "strict-transport-security": `max-age=${StrictTransportSecurity.AccessControlMaxAgeSec}`,
    "x-content-type-options": "nosniff",
  };
}
