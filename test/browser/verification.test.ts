import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations } from "#test/support/browser/axe.ts";
import { anActivity, byUser, sampleActivity } from "#test/support/browser/sample-activity.ts";
import { type PageOptions, setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";
import { acmeKey, createEventProof, toCanonicalEvent } from "#test/support/ledger/event-proof.ts";

const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");
const [paid = {}] = sampleActivity(now);
const proof = await createEventProof(toCanonicalEvent(paid));

/** Returns code of a host that has this proof for each event. */
const supply = (text: string) => `timeline.verificationKey = ${JSON.stringify(acmeKey)};
  timeline.proofOf = async (event) => {
    timeline.asked = event;
    return ${JSON.stringify(text)};
  };`;

/** Opens the timeline and the details of its first event, and returns what they say about its verification. */
async function openDetails(options: PageOptions): Promise<Page> {
  if (tests.server.events.length === 0) tests.server.events = sampleActivity(now);
  const page = await tests.open({ now, ...options });
  await page.locator("[part=time]").first().click();
  return page;
}

describe("<activity-timeline> › verification", () => {
  it("shows the sequence of an event that the log has as it is shown", async () => {
    const page = await openDetails({ script: supply(proof) });
    await page.getByText("Verified · sequence 4,711").waitFor();
    expect(await page.evaluate(`document.querySelector("activity-timeline").asked`)).toEqual({
      event_id: paid.event_id,
      entity_id: "inv_8c3f1a9b",
      occurred_at: paid.occurred_at,
    });
    expect(await axeViolations(page)).toEqual([]);
    expect(tests.errors).toEqual([]);
  });

  it("says what differs when the event was tampered with", async () => {
    tests.server.events = [{ ...paid, entity_ref: "INV-2026-0666" }];
    const page = await openDetails({ script: supply(proof) });
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toBe("False: this is not what the log recorded: entity_ref");
    expect(await axeViolations(page)).toEqual([]);
  });

  it("verifies an event of which a viewer token hides a part", async () => {
    const hidden = { ...byUser(null, null), changes: null, metadata: { currency: "INR" } };
    tests.server.events = [{ ...paid, ...hidden }];
    const page = await openDetails({ script: supply(proof) });
    await page.getByText("Verified · sequence 4,711").waitFor();
  });

  it("tries again when asked, after the host had no proof or has failed", async () => {
    const script = `${supply(proof)}
      const prove = timeline.proofOf;
      let requests = 0;
      timeline.proofOf = async (event) => {
        requests++;
        if (requests === 2) throw new Error("The host has failed.");
        return requests === 1 ? null : prove(event);
      };`;
    const page = await openDetails({ script });
    await page.getByText("Not numbered in the log yet").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Cannot be verified").waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Verified · sequence 4,711").waitFor();
  });

  it("does not load the verifier, nor ask for proofs, until details are open and the host has both", async () => {
    tests.server.events = [paid, anActivity("0", "INVOICE_CREATED", 2, now)];
    const page = await openDetails({ script: `timeline.proofOf = async () => { timeline.asked = true; };` });
    await page.getByText("Event ID").waitFor();
    const loaded = `performance.getEntriesByType("resource").some(({ name }) => name.includes("verify-event"))`;
    expect(await page.evaluate(`document.querySelector("activity-timeline").asked ?? ${loaded}`)).toBe(false);
    expect(await page.locator("[part=verification]").count()).toBe(0);
  });

  it.each([
    ["de", "Geprüft · Nummer 4.711"],
    ["cs", "Ověřeno · pořadí 4"],
    ["nl", "Gecontroleerd · nummer 4.711"],
  ])("says it in %s", async (lang, text) => {
    const page = await openDetails({ script: supply(proof), lang });
    await page.getByText(text).waitFor();
  });
});
