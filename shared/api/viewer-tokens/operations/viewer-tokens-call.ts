import type { AuditFields } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { Caller } from "#shared/auth/caller.ts";
import type { SignViewerToken } from "#shared/auth/viewer-tokens/viewer-token-signer.ts";

/** An authorised request of a server that issues viewer tokens, and what its operations need. */
export type ViewerTokensCall = PathCall & {
  readonly auditFields: AuditFields;
  readonly caller: Caller;
  readonly signViewerToken: SignViewerToken;
  now(): Date;
  random(bytes: number): Uint8Array;
};

export type ViewerTokensOperation = Operation<ViewerTokensCall>;
