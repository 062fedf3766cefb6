import type { CallerCall } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { Operation } from "#shared/api/operations/operation.ts";
import type { OrgTokenStore } from "#shared/auth/org-tokens.ts";

/** An authorised request for the tokens of an organisation, and what its operations need. */
export type TokensCall = CallerCall & {
  readonly orgTokens: OrgTokenStore;
  now(): Date;
};

export type TokensOperation = Operation<TokensCall>;
