import { feedAuthOf } from "#shared/api/changes/feed-authentication.ts";
import { exportParameters } from "#shared/api/changes/parameters.ts";
import { exportBudget } from "#shared/api/changes/render.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { HttpRequest } from "#shared/api/http/request.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import { rateLimitHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { listExportedEntries } from "#shared/ledger/feed/list-exported-entries.ts";
import { meterLedgerReads } from "#shared/ledger/feed/meter-ledger-reads.ts";
import { type ExportedEntry, formatEntryLine } from "#shared/ledger/pack/entry-line.ts";
import type { ChangesOperation } from "./changes-call.ts";

const parameters = [...orgParameters, ...exportParameters] as const;

export const exportActivity: ChangesOperation = {
  operationId: "export_activity",
  method: "GET",
  path: `${basePath}/activity/export`,
  route: "export",
  scope: "AIBooks.activity.EXPORT",
  parameters,
  async handle(call) {
    const { request, context, ledger, createEventReader } = call;
    const auth = feedAuthOf(call, exportActivity.scope);
    const page = await speculativeRead(auth, async (org_id, meter) => {
      const { after, limit } = parseParameters(request.query, parameters);
      context.auditFields.filters = formatFilters([
        ["after", after],
        ["limit", limit],
      ]);
      const ports = { ledger: meterLedgerReads(ledger, meter), events: createEventReader(meter) };
      const read = { ...ports, visibleEntityTypes: documentTypes };
      return { after, ...(await listExportedEntries(read, { org_id, after, limit }, exportBudget)) };
    });
    context.auditFields.count = page.entries.length;
    const last = page.entries.at(-1)?.sequence ?? page.after;
    const link = last < page.latest_sequence ? { link: nextPage(request, last) } : {};
    const headers = { "content-type": "application/x-ndjson; charset=utf-8", ...link };
    return { status: 200, headers, body: page.entries.map((entry) => `${formatEntryLine(entry)}\n`).join("") };
  },
};

/** Returns the `Link` header of the next page (RFC 8288): the same request after the last entry. */
function nextPage({ origin, query }: HttpRequest, last: number): string {
  const next = new URLSearchParams(query);
  next.set("after", String(last));
  return `<${origin}${exportActivity.path}?${next}>; rel="next"`;
}

const example: readonly ExportedEntry[] = [
  {
    sequence: 3,
    kind: "event",
    sealed_at: "2026-05-12T07:51:34.250Z",
    sha256: "533866bceda84163ac4bbfc32d7978f400438bee4a9f7cac9d16126adae9407d",
    event: '{"action":"INVOICE_PAID",…}',
  },
];

export function describeExport(): OperationDescription {
  const schema = {
    type: "string",
    description: "One JSON object per line: `sequence`, `kind`, `sealed_at`, `sha256`, `event`.",
  };
  const sample = { value: example.map((entry) => `${formatEntryLine(entry)}\n`).join("") };
  return {
    summary: "The entries of the log, for exports that anyone can verify",
    description:
      "The same numbers as `GET /activity/changes`, as NDJSON, with what the leaf of each entry commits to, and the whole " +
      "event as stored: also what lists do not show. `event` is `null` with a `reason` if its kind is not shown, or if the " +
      "event is not the one that was sequenced. A page ends where the response would be too large: `Link` has the next.",
    tags: ["proofs"],
    responses: {
      200: {
        description: "Consecutive entries, oldest first.",
        headers: responseHeaders(["Link", ...rateLimitHeaders]),
        content: { "application/x-ndjson": { schema, examples: { sample } } },
      },
      ...errorResponses(400, 401, 403, 429, 500, 503),
    },
  };
}
