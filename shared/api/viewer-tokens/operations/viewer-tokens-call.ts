import type { CallerCall } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { Operation } from "#shared/api/operations/operation.ts";
import type { SignViewerToken } from "#shared/auth/viewer-tokens/viewer-token-signer.ts";

/** An authorised request of a server that issues viewer tokens, and what its operations need. */
export type ViewerTokensCall = CallerCall & {
  readonly signViewerToken: SignViewerToken;
  now(): Date;
  random(bytes: number): Uint8Array;
};

export type ViewerTokensOperation = Operation<ViewerTokensCall>;
