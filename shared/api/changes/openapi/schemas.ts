import { maxChanges } from "#shared/api/changes/parameters.ts";
import { renderChangePage } from "#shared/api/changes/render.ts";
import { eventSchema } from "#shared/api/finzbooks/openapi/schemas.ts";
import { entityTypeSchema } from "#shared/api/finzbooks/parameters.ts";
import { objectComponent, timestampSchema } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { withheldReasons } from "#shared/ledger/feed/change.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";

const sequence = { type: "integer", format: "int64", minimum: 0 };

const changeSchema = objectComponent(
  "Change",
  {
    sequence: {
      ...sequence,
      minimum: 1,
      description: "The number of the event in the log of its organisation: each is one more than the one before.",
    },
    sealed_at: {
      ...timestampSchema,
      description: "When the event got its number: UTC, three fraction digits. Never before that of a lower number.",
    },
    activity: {
      ...eventSchema(entityTypeSchema),
      type: ["object", "null"],
      description: "The event, as `GET /activity` returns it; `null` if it is not shown, for the `reason`.",
    },
  },
  { description: "One number of the log." },
  {
    reason: {
      type: "string",
      enum: withheldReasons,
      description:
        "Why `activity` is `null`. `hidden`: a kind of entity that this API does not show. `unreadable`: this release " +
        "cannot read the event; request the number again later. `tampered`: the event was modified, or something else was written to the events table. `missing`: the table does not have the event any more.",
    },
  },
);

export const changesSchema = schemaComponent("Changes", { type: "array", maxItems: maxChanges, items: changeSchema });

export const changesPageSchema = objectComponent("ChangesPage", {
  after: { ...sequence, description: "The `after` of the request." },
  returned: { type: "integer", minimum: 0, maximum: maxChanges },
  latest_sequence: { ...sequence, description: "The last number that the log has given; 0 if it is empty." },
  has_more_page: { type: "boolean", description: "Whether more changes follow after the last one of this page." },
});

const sample = sampleEvent("invoice.sent", "org_8f9a1c2d", "2026-05-11T08:30:12.000Z");

/** Returns an example of a page. */
export function changesExample(): Readonly<Record<string, unknown>> {
  const page = renderChangePage(4_710, {
    changes: [
      { sequence: 4_711, sealed_at: "2026-05-11T08:30:12.204Z", activity: sample },
      { sequence: 4_712, sealed_at: "2026-05-11T08:30:12.204Z", activity: null, reason: "hidden" },
    ],
    latest_sequence: 4_712,
  });
  const { changes, page_context } = JSON.parse(page);
  return { changes, page_context };
}
