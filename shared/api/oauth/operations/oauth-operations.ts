import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import { describeIssueToken, issueToken } from "./issue-token.ts";
import type { OauthOperation } from "./oauth-call.ts";
import { describeRevokeToken, revokeToken } from "./revoke-token.ts";

/** The operations on access tokens. */
export const oauthOperations: readonly OauthOperation[] = [...issueToken, ...revokeToken];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedOauthOperations = (): readonly DescribedOperation[] => [
  ...issueToken.map((operation) => [operation, describeIssueToken] as const),
  ...revokeToken.map((operation) => [operation, describeRevokeToken] as const),
];
