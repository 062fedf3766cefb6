import { okResponse, userAgentRefs } from "#shared/api/fakturoid/openapi/paths.ts";
import { objectSchema } from "#shared/api/openapi/components.ts";
import { accessTokenSeconds } from "#shared/auth/access-token-settings.ts";
import { describeErrorResponses, errorResponseRefs, errorSchemas } from "./errors.ts";
import { oauthSchemas, sampleToken } from "./schemas.ts";

/** Response headers of these paths only. */
const headers = {
  Pragma: {
    description: "Prevents caching of the token, also by HTTP/1.0 caches.",
    schema: { type: "string", const: "no-cache" },
  },
};

const schemaRef = (name: keyof typeof oauthSchemas) => ({ $ref: `#/components/schemas/${name}` });

type OauthOperation = {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly body: "OauthGrant" | "OauthRevocation";
  readonly bodyExample: Readonly<Record<string, string>>;
  readonly success: ReturnType<typeof okResponse>;
};

const oauthOperations: readonly OauthOperation[] = [
  {
    name: "token",
    summary: "Request an access token",
    description:
      `OAuth 2.0 client credentials (RFC 6749, section 4.4). The token is valid for ${accessTokenSeconds} seconds, for ` +
      "the account of the client, and ends when the client is revoked. While more than half of its lifetime is left, " +
      "the same token is returned again. All tokens of a client share its rate limit.",
    body: "OauthGrant",
    bodyExample: { grant_type: "client_credentials" },
    success: okResponse("The token.", schemaRef("OauthToken"), sampleToken, ["Cache-Control", "Pragma"]),
  },
  {
    name: "revoke",
    summary: "Revoke an access token",
    description:
      "RFC 7009. An unknown token, or a token of another client, is not revoked, and the response is the same.",
    body: "OauthRevocation",
    bodyExample: { token: sampleToken.access_token },
    success: okResponse("The token is not valid any more.", objectSchema({}), {}, ["Cache-Control", "Pragma"]),
  },
];

/** Returns the paths that issue and revoke tokens. Clients use both spellings: with `.json` and without. */
export function oauthPaths() {
  const described = oauthOperations.flatMap(({ name, summary, description, body, bodyExample, success }) => {
    const media = { schema: schemaRef(body), examples: { sample: { value: bodyExample } } };
    return ["", ".json"].map((suffix) => {
      const post = {
        operationId: `oauth_${name}${suffix.replace(".", "_")}`,
        summary,
        description,
        tags: ["oauth"],
        security: [{ oauthClient: [] }],
        parameters: userAgentRefs,
        requestBody: {
          required: true,
          content: { "application/json": media, "application/x-www-form-urlencoded": media },
        },
        responses: { ...success, ...errorResponseRefs(400, 401, 413, 415, 429, 500, 503) },
      };
      return [`/api/v3/oauth/${name}${suffix}`, { post }] as const;
    });
  });
  return Object.fromEntries(described);
}

/** Returns the components that only these paths use. */
export function oauthComponents() {
  return { schemas: oauthSchemas, errorSchemas, headers, responses: describeErrorResponses() };
}
