import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { describeJsonOperation } from "#shared/api/finzbooks/openapi/describe-json-operation.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { jsonResponse, toNextLinkHeader } from "#shared/api/http/response.ts";
import { parseValues, queryNames } from "#shared/api/operations/parse-parameters.ts";
import { tokenExample, tokensPageSchema, tokensSchema } from "#shared/api/tokens/openapi/schemas.ts";
import { maxTokens, tokenListParameters } from "#shared/api/tokens/parameters.ts";
import { toOrgToken } from "#shared/auth/org-tokens.ts";
import type { TokensOperation } from "./tokens-call.ts";

export const listTokens: TokensOperation = {
  operationId: "list_tokens",
  method: "GET",
  path: `${basePath}/tokens`,
  route: "list_tokens",
  scope: "AIBooks.tokens.READ",
  parameters: [...orgParameters, ...tokenListParameters],
  async handle({ request, caller, orgTokens, auditFields }) {
    const { limit, cursor } = parseValues(request.query, tokenListParameters);
    const page = await orgTokens.list(caller.org_id, { limit, after: cursor });
    const tokens = page.tokens.map((token) => toOrgToken(token, caller));
    auditFields.count = tokens.length;
    const page_context = { limit, returned: tokens.length, has_more_page: page.next !== null };
    const body = JSON.stringify({ code: 0, message: "success", tokens, page_context });
    if (page.next === null) return jsonResponse(body);
    return jsonResponse(
      body,
      200,
      toNextLinkHeader(request, request.path, queryNames(listTokens.parameters), page.next),
    );
  },
};

export const describeListTokens = () =>
  describeJsonOperation("access", {
    summary: "The tokens of an organisation",
    description:
      "All tokens, API keys and API clients that were issued for the organisation, revoked and expired ones too, in the " +
      "order of their ids, which is arbitrary. Their secrets are not stored.",
    responses: {
      200: {
        description: "A page of tokens.",
        headers: ["Link"],
        content: { tokens: tokensSchema, page_context: tokensPageSchema },
        example: { tokens: [tokenExample], page_context: { limit: maxTokens, returned: 1, has_more_page: false } },
      },
    },
  });
