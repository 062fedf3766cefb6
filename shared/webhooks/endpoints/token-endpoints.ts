import type { TokenEndpoint, TokenEndpoints } from "#shared/auth/admin/admin.ts";
import { disableEndpoint } from "./disable-endpoint.ts";
import type { Endpoint, EndpointStore } from "./endpoint.ts";
import { originOf } from "./endpoint-change-events.ts";

export type TokenEndpointPorts = {
  readonly endpoints: Pick<EndpointStore, "list" | "get" | "update">;
  now(): Date;
};

/** Creates the functions by which administrators list and disable the endpoints of a revoked token. */
export function tokenEndpoints({ endpoints, now }: TokenEndpointPorts): TokenEndpoints {
  return {
    async list(tokenId, orgIds) {
      const lists = await Promise.all(orgIds.map((orgId) => endpoints.list(orgId)));
      return lists.flat().flatMap((endpoint) => viewOf(endpoint, tokenId) ?? []);
    },

    async disable({ org_id, endpoint_id }) {
      const endpoint = await endpoints.get(org_id, endpoint_id);
      return endpoint === null || (await disableEndpoint({ endpoints, now }, endpoint, "token_revoked"));
    },
  };
}

/** Returns `null` if only other tokens created and changed the endpoint. */
function viewOf({ org_id, endpoint_id, url, disabled, ...by }: Endpoint, tokenId: string): TokenEndpoint | null {
  const relation = relationOf(by, tokenId);
  if (relation === null) return null;
  return {
    org_id,
    endpoint_id,
    origin: originOf(url),
    relation,
    status: disabled === null ? "enabled" : "disabled",
  };
}

function relationOf(
  { created_by, changed_by }: Pick<Endpoint, "created_by" | "changed_by">,
  tokenId: string,
): TokenEndpoint["relation"] | null {
  if (created_by === tokenId) return "created";
  if (changed_by.includes(tokenId)) return "changed";
  return created_by === null ? "unknown" : null;
}
