import { describe, expect, it } from "vitest";
import { sampleActivity } from "#test/support/browser/sample-activity.ts";
import { setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";
import { until } from "#test/support/until.ts";

const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");

describe("<activity-timeline> › states", () => {
  it("shows an outline until the first page has arrived", async () => {
    const page = await tests.open({ now, script: "timeline.api = undefined;" });
    await page.locator(".skeleton").waitFor();
    expect(await page.locator("[part=timeline]").getAttribute("aria-busy")).toBe("true");
    expect(tests.server.requests).toEqual([]);
  });

  it("says that nothing has happened yet", async () => {
    const page = await tests.open({ now });
    await page.getByText("No activity yet").waitFor();
    expect(await page.locator("[part=timeline]").getAttribute("aria-busy")).toBe("false");
  });

  it("says that the API has failed, with the id of the request, and tries again on demand", async () => {
    tests.server.events = sampleActivity(now);
    tests.server.failure = () => ({ status: 500, headers: { "x-request-id": "req_42" } });
    const page = await tests.open({ now });
    await page.getByText("Request ID: req_42").waitFor();
    tests.server.failure = () => null;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("li").first().waitFor();
  });

  it("asks the host for a new token by its function", async () => {
    tests.server.events = sampleActivity(now);
    tests.server.failure = ({ token }) => (token === "second" ? null : { status: 401 });
    const page = await tests.open({ now, script: `timeline.getToken = async () => "second";` });
    await page.locator("li").first().waitFor();
    expect(tests.server.requests).toHaveLength(2);
  });

  it("asks the host for a new token by an event, and continues when it is set", async () => {
    tests.server.events = sampleActivity(now);
    tests.server.failure = ({ token }) => (token === "second" ? null : { status: 401 });
    const script = `document.addEventListener("token-expired", () => document.title = "expired");`;
    const page = await tests.open({ now, script });
    await page.getByText("Your session has expired").first().waitFor();
    expect(await page.title()).toBe("expired");
    await page.evaluate(`document.querySelector("activity-timeline").token = "second"`);
    await page.locator("li").first().waitFor();
  });

  it("keeps the events when the token expires while they are shown", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    tests.server.failure = () => ({ status: 401 });
    await page.clock.runFor(10_000);
    await page.getByText("Your session has expired").first().waitFor();
    expect(await page.locator("li").count()).toBe(9);
  });

  it("counts down to the end of a rate limit, and continues by itself", async () => {
    tests.server.events = sampleActivity(now);
    tests.server.failure = () => ({ status: 429, headers: { "retry-after": "20" } });
    const page = await tests.open({ now });
    await page.getByText("Trying again in 20 seconds.").waitFor();
    await page.clock.runFor(19_000);
    await page.getByText("Trying again in 1 second.").waitFor();
    tests.server.failure = () => null;
    await page.clock.runFor(2_000);
    await page.locator("li").first().waitFor();
  });

  it("says that the browser is offline, and continues when it is not", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").first().waitFor();
    await page.context().setOffline(true);
    await page.getByLabel("Any time").selectOption("7");
    await page.getByText("You are offline").first().waitFor();
    await page.context().setOffline(false);
    await page.locator("li").first().waitFor();
  });

  it("says that the reader may not see the activity, and does not ask again", async () => {
    tests.server.failure = () => ({ status: 403 });
    const page = await tests.open({ now });
    await page.getByText("You cannot see this activity").first().waitFor();
    await page.clock.runFor(600_000);
    expect(tests.server.requests).toHaveLength(1);
  });

  it("begins anew when it shows another document, and ends when it is removed", async () => {
    tests.server.events = sampleActivity(now);
    const page = await tests.open({ now });
    await page.locator("li").nth(8).waitFor();
    await page.evaluate(`document.querySelector("activity-timeline").entityId = "bill_2d7e"`);
    await until(async () => (await page.locator("li").count()) === 2);
    const requests = tests.server.requests.length;
    await page.evaluate(`document.querySelector("activity-timeline").remove()`);
    await page.clock.runFor(600_000);
    expect(tests.server.requests).toHaveLength(requests);
    expect(tests.errors).toEqual([]);
  });
});
