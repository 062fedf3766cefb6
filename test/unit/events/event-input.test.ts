import { expectTypeOf, it } from "vitest";
import type * as z from "zod/mini";
import type { EventInput } from "#shared/events/event-input.ts";
import type { eventSchema } from "#shared/events/schema.ts";

// `npm run typecheck` fails when they differ.
it("EventInput is the input of the schema", () => {
  expectTypeOf<EventInput>().toEqualTypeOf<z.input<typeof eventSchema>>();
});
