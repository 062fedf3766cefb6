import { changesExample, changesPageSchema, changesSchema } from "#shared/api/changes/openapi/schemas.ts";
import { changesParameters } from "#shared/api/changes/parameters.ts";
import { readChanges } from "#shared/api/changes/read-changes.ts";
import { renderChangePage } from "#shared/api/changes/render.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { describeJsonOperation } from "#shared/api/finzbooks/openapi/describe-json-operation.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import type { ChangesOperation } from "./changes-call.ts";

const parameters = [...orgParameters, ...changesParameters] as const;

export const listActivityChanges: ChangesOperation = {
  operationId: "list_activity_changes",
  method: "GET",
  path: `${basePath}/activity/changes`,
  route: "changes",
  scope: "AIBooks.activity.READ",
  parameters,
  async handle(call) {
    const { request, context } = call;
    const page = await readChanges(call, listActivityChanges.scope, () => {
      const values = parseParameters(request.query, parameters);
      const { after, limit, wait } = values;
      context.auditFields.filters = formatFilters([
        ["after", after],
        ["limit", limit],
        ["wait", wait === 0 ? null : wait],
      ]);
      return values;
    });
    context.auditFields.count = page.changes.length;
    return jsonResponse(renderChangePage(page.after, page));
  },
};

export const describeListChanges = () =>
  describeJsonOperation("activity", {
    summary: "The changes of an organisation, oldest first, without gaps",
    description:
      "For clients that keep a copy of the log. Each event gets a number, normally within a second, and appears once, in " +
      "the order of the numbers. There are no filters: they would hide gaps. Check that each `sequence` is one more than " +
      "the one before, and store it together with what you derive from the event. Viewer tokens are not accepted.",
    responses: {
      200: {
        description: "A page of changes.",
        content: { changes: changesSchema, page_context: changesPageSchema },
        example: changesExample(),
      },
    },
  });
