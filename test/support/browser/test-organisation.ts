import { createFinzbooksClient, type ViewerTokenSettings } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { Scope } from "#shared/auth/caller.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { anInput } from "#test/support/builders.ts";
import type { StackAddresses, StackClient, Tenant } from "#test/support/stack-client.ts";

/** An organisation of one test, with a personal access token (`token`). */
export type TestOrganisation = Tenant & {
  /** Issues a viewer token by the API. Returns its text. */
  viewerToken(settings?: ViewerTokenSettings): Promise<string>;
  /** Sends events to the ingest queue, each with what `anInput` has and the time is now. They are readable soon after. */
  emit(...events: readonly Partial<EventInput>[]): Promise<void>;
};

/** Creates an organisation, so that tests do not see each other's data. Its token may do everything by default. */
export async function createTestOrganisation(
  stack: StackAddresses & StackClient,
  scopes: Scope[] = ["AIBooks.fullaccess.all"],
): Promise<TestOrganisation> {
  const tenant = await stack.tenant(scopes);
  const { org_id, token } = tenant;
  const client = createFinzbooksClient({ baseUrl: stack.api, token, org: org_id });
  return {
    ...tenant,
    async viewerToken(settings) {
      return (await client.createViewerToken(settings)).token;
    },
    async emit(...events) {
      const occurred_at = new Date().toISOString();
      await stack.emit(events.map((event) => anInput({ occurred_at, ...event, org_id })));
    },
  };
}
