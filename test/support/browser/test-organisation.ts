import { createFinzbooksClient, type ViewerTokenSettings } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { hashToken, toTokenId } from "#shared/auth/token-format.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { anInput } from "#test/support/builders.ts";
import type { StackAddresses, StackClient, Tenant } from "#test/support/stack-client.ts";
import { signedViewerToken } from "#test/support/viewer-tokens.ts";

/** An organisation of one test, with a personal access token (`token`). */
export type TestOrganisation = Tenant & {
  /** Issues a viewer token by the API. Returns its text. */
  viewerToken(settings?: ViewerTokenSettings): Promise<string>;
  /** Signs a viewer token that the API would not issue, such as one that has expired. */
  signedViewerToken(over: Partial<ViewerToken>): string;
  /** Creates another token, which issues viewer tokens until it is revoked. */
  issuer(): Promise<Pick<TestOrganisation, "viewerToken"> & { revoke(): Promise<void> }>;
  /** Sends events to the ingest queue, each with what `anInput` has; they happen now. They are readable soon after. */
  emit(...events: readonly Partial<EventInput>[]): Promise<void>;
};

/** Creates an organisation, so that tests do not see each other's data. Its token may do everything by default. */
export async function createTestOrganisation(
  stack: StackAddresses & StackClient,
  scopes: Scope[] = ["AIBooks.fullaccess.all"],
): Promise<TestOrganisation> {
  const tenant = await stack.tenant(scopes);
  const { org_id } = tenant;
  const issueBy = (token: string) => {
    const client = createFinzbooksClient({ baseUrl: stack.api, token, org: org_id });
    return async (settings?: ViewerTokenSettings) => (await client.createViewerToken(settings)).token;
  };
  return {
    ...tenant,
    viewerToken: issueBy(tenant.token),
    signedViewerToken: (over) =>
      signedViewerToken({ issuer_token_id: toTokenId(hashToken(tenant.token)), org_id, ...over }),
    async issuer() {
      const { secret, token_id } = await stack.token([org_id], scopes);
      const revoke = async () => void (await stack.admin({ action: "token.revoke", token_id }));
      return { viewerToken: issueBy(secret), revoke };
    },
    async emit(...events) {
      const occurred_at = new Date().toISOString();
      await stack.emit(events.map((event) => anInput({ occurred_at, ...event, org_id })));
    },
  };
}
