import { createEndpoint, type EndpointSettings } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { managementPorts, orgA } from "#test/support/api/webhooks-dialect.ts";

/** The client that manages endpoints. */
export const requester = { org_id: orgA, user_id: "usr_1", token_id: "tok_1", request_id: "req-1" };

export function endpointSettings(over: Partial<EndpointSettings> = {}): EndpointSettings {
  return {
    url: "https://hooks.example.com/in?key=hidden",
    events: ["invoice.*"],
    entity_id: null,
    description: null,
    enabled: true,
    headers: null,
    ...over,
  };
}

/** Creates the ports of endpoint management with one endpoint, and a clock that a test can move. */
export async function managementFixture(over: Partial<EndpointSettings> = {}) {
  const managed = managementPorts();
  const { endpoint, secret } = await createEndpoint(managed.ports, requester, endpointSettings(over));
  const advance = (seconds: number) => {
    managed.clock.now = new Date(managed.clock.now.getTime() + seconds * 1_000);
  };
  return { ...managed, endpoint, secret, id: endpoint.endpoint_id, advance };
}
