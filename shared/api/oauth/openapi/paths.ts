import { okResponse, userAgentRefs } from "#shared/api/fakturoid/openapi/paths.ts";
import { objectSchema } from "#shared/api/openapi/components.ts";
import { accessTokenSeconds } from "#shared/auth/access-token.ts";
import { describeErrorResponses, errorResponseRefs, errorSchemas } from "./errors.ts";
import { oauthSchemas, sampleToken } from "./schemas.ts";

/** The headers that only responses with tokens have. */
const headers = {
  Pragma: {
    description: "What holds a token is for no cache, however old.",
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
    summary: "Ask for an access token",
    description:
      `OAuth 2.0 client credentials (RFC 6749, section 4.4). The token holds for ${accessTokenSeconds} seconds, for ` +
      "the account of the client, and ends with the client. While more than half of that is left, the client is given " +
      "the same token again. All tokens of a client share the client's rate.",
    body: "OauthGrant",
    bodyExample: { grant_type: "client_credentials" },
    success: okResponse("Issued.", schemaRef("OauthToken"), sampleToken, ["Cache-Control", "Pragma"]),
  },
  {
    name: "revoke",
    summary: "Revoke an access token",
    description: "RFC 7009: what is unknown, or another client's, is nothing to revoke, and answered the same.",
    body: "OauthRevocation",
    bodyExample: { token: sampleToken.access_token },
    success: okResponse("It does not hold any more.", objectSchema({}), {}, ["Cache-Control", "Pragma"]),
  },
];

/** Every path of the function that issues and revokes tokens. Clients write either path: with `.json` and without. */
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

/** What the paths refer to, besides what the Fakturoid dialect has. */
export function oauthComponents() {
  return { schemas: oauthSchemas, errorSchemas, headers, responses: describeErrorResponses() };
}
