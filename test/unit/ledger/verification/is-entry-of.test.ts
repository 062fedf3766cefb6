import { describe, expect, it } from "vitest";
import { canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import { isEntryOf } from "#shared/ledger/verification/is-entry-of.ts";
import { aRecordedEvent, toRecord, toStoredItem } from "#test/support/ledger/reconcile-fixture.ts";

describe("isEntryOf", () => {
  it.each([
    { notify: null, notifies: true, expected: true },
    // Of the reconciler, which was not asked to send webhooks.
    { notify: null, notifies: false, expected: true },
    { notify: "no" as const, notifies: false, expected: true },
    { notify: "no" as const, notifies: true, expected: false },
  ])("returns $expected for an entry that notifies: $notifies of an event with notify $notify", (given) => {
    const event = aRecordedEvent(1, 1, { notify: given.notify });
    const { entry } = toRecord(event, 1);
    if (entry.kind !== "event") throw new Error("The event has no entry.");
    const canonical = canonicalEvent(toStoredItem(event).item);
    expect(isEntryOf({ ...entry, notifies: given.notifies }, canonical)).toBe(given.expected);
  });
});
