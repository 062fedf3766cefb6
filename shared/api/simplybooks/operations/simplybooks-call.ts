import type { AuditFields } from "#shared/api/http/request.ts";
import type { ReadAuthContext } from "#shared/api/http/speculative-read.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { ResponseFormat } from "#shared/api/simplybooks/format/negotiate-format.ts";
import type { ActivityContext } from "#shared/api/simplybooks/mapping.ts";
import type { OrgCache } from "#shared/auth/orgs/org-cache.ts";
import type { OffsetPaginationPorts } from "#shared/events/query/offset-pagination.ts";
import { createMeteredReader, type ReadMeter } from "#shared/events/query/query.ts";

/** A request to this dialect, and what all its operations need. */
export type SimplybooksCall = PathCall & {
  readonly auditFields: AuditFields;
  readonly format: ResponseFormat;
  readonly auth: ReadAuthContext;
  readonly orgs: OrgCache;
  readonly ports: OffsetPaginationPorts;
};

export type SimplybooksOperation = Operation<SimplybooksCall>;

/** Returns ports whose reads of events are counted. */
export function meteredPorts({ ports }: SimplybooksCall, meter: ReadMeter): OffsetPaginationPorts {
  return { ...ports, events: createMeteredReader(ports.events, meter) };
}

/** Returns what activities are rendered with. */
export async function getActivityContext({ orgs, request }: SimplybooksCall, orgId: string): Promise<ActivityContext> {
  return { org: await orgs.get(orgId), origin: request.origin };
}
