import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import type { AuditFields } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import { idParameters } from "#shared/api/webhooks/parameters.ts";
import type { Requester } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";

/** An authorised request to the webhooks API. */
export type WebhooksCall = PathCall & {
  readonly auditFields: AuditFields;
  readonly requester: Requester;
  readonly ports: WebhookManagementPorts;
};

export type WebhooksOperation = Operation<WebhooksCall>;

type Definition = Pick<WebhooksOperation, "operationId" | "method" | "path" | "handle"> &
  Partial<Pick<WebhooksOperation, "parameters">>;

/** Defines an operation. Its `path` is below `/webhooks`; `parameters` are those that not all operations have. */
export function defineWebhooksOperation({ path, parameters = [], ...definition }: Definition): WebhooksOperation {
  const ids = idParameters.filter(({ name }) => path.includes(`{${name}}`));
  return {
    ...definition,
    path: `${basePath}/webhooks${path}`,
    route: definition.operationId,
    scope: "AIBooks.webhooks.MANAGE",
    acceptsViewerTokens: true,
    parameters: [...ids, ...orgParameters, ...parameters],
  };
}
