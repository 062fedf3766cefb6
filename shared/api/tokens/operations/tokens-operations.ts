import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import { describeListTokens, listTokens } from "./list-tokens.ts";
import { describeRevokeToken, revokeToken } from "./revoke-token.ts";
import type { TokensOperation } from "./tokens-call.ts";

export const tokensOperations: readonly TokensOperation[] = [listTokens, revokeToken];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedTokensOperations = (): readonly DescribedOperation[] => [
  [listTokens, describeListTokens],
  [revokeToken, describeRevokeToken],
];
