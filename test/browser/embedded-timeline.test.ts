import { describe, expect, it } from "vitest";
import { setUpEmbeddedTimelineTests } from "#test/support/browser/embedded-timeline-tests.ts";

const tests = setUpEmbeddedTimelineTests();

describe("<activity-timeline> › with the API of a running stack", () => {
  it("shows the document of its viewer token on a page of another origin", async () => {
    const org = await tests.organisation();
    await org.emit(
      { entity_id: "inv_1", entity_ref: "INV-1", actor_user_id: "usr_1", actor: { name: "Priya Sharma" } },
      { entity_id: "inv_2", entity_ref: "INV-2" },
    );
    const token = await org.viewerToken({ entity_type: "INVOICE", entity_id: "inv_1", origins: [tests.host.origin] });
    const page = await tests.embed({ token });
    await page.getByText("Priya Sharma sent INV-1").waitFor();
    expect(await page.locator("li").count()).toBe(1);
  });
});
