import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createElement, type FunctionComponent, type ReactElement } from "react";
import { describe, expect, it } from "vitest";
import { sampleActivity } from "#test/support/browser/sample-activity.ts";
import { bundleApp } from "#test/support/browser/timeline-package.ts";
import { setUpTimelineTests } from "#test/support/browser/timeline-tests.ts";
import { until } from "#test/support/until.ts";

const require = createRequire(import.meta.url);
const tests = setUpTimelineTests();
const now = new Date("2026-05-12T10:00:00Z");
const shell = `<!doctype html><html lang="en"><body><div id="root"></div><script type="module" src="/app.js"></script></body></html>`;

const reactApp = `
  import { createElement, StrictMode, useState } from "react";
  import { createRoot } from "react-dom/client";
  import { ActivityTimeline } from "@activity-log/timeline/react";

  function App() {
    const [token, setToken] = useState("first");
    const [id, setId] = useState(undefined);
    return createElement("div", null,
      createElement("button", { onClick: () => setId("bill_2d7e") }, "Show the bill"),
      createElement(ActivityTimeline, {
        api: location.origin,
        token,
        entityId: id,
        className: "timeline",
        documentUrl: (entity) => "/documents/" + entity.id,
        onTokenExpired: () => setToken("second"),
        onDocumentClick: (event) => { event.preventDefault(); document.title = event.detail.id; },
      }));
  }
  createRoot(document.getElementById("root")).render(createElement(StrictMode, null, createElement(App)));
`;

describe("<activity-timeline> › frameworks", () => {
  it.each([
    ["React 19", "."],
    ["React 18", "test/browser/react-18"],
  ])("works in %s, with properties, callbacks and a new token", async (_, modules) => {
    tests.server.events = sampleActivity(now);
    tests.server.failure = ({ token }) => (token === "second" ? null : { status: 401 });
    tests.server.app = await bundleApp(reactApp, tests.built, modules);
    const page = await tests.open({ now, html: shell });
    await page.locator("activity-timeline.timeline li").first().waitFor();
    await page.locator("a[part=document]").first().click();
    expect(await page.title()).toBe("inv_8c3f1a9b");
    await page.getByText("Show the bill").click();
    await until(async () => (await page.locator("li").count()) === 2);
    expect(tests.errors).toEqual([]);
  });

  it("is rendered on a server by React, without the element", async () => {
    const { renderToString }: { renderToString(element: ReactElement): string } = require("react-dom/server");
    const { ActivityTimeline }: { ActivityTimeline: FunctionComponent<{ token: string; className: string }> } =
      await import(join(tests.built.dist, "react.js"));
    const html = renderToString(createElement(ActivityTimeline, { token: "secret", className: "timeline" }));
    expect(html).toBe('<activity-timeline class="timeline"></activity-timeline>');
  });

  it("works in Vue", async () => {
    tests.server.events = sampleActivity(now);
    tests.server.app = await bundleApp(
      `import "./activity-timeline.js";
       import { createApp, h } from "vue";
       const documentUrl = ({ id }) => "/documents/" + id;
       const onDocumentClick = (event) => { event.preventDefault(); document.title = event.detail.id; };
       createApp({
         render: () => h("activity-timeline", { api: location.origin, token: "valid", documentUrl, onDocumentClick }),
       }).mount("#root");`,
      tests.built,
    );
    const page = await tests.open({ now, html: shell });
    await page.locator("a[part=document]").first().click();
    expect(await page.title()).toBe("inv_8c3f1a9b");
    expect(tests.errors).toEqual([]);
  });

  it("works in the plain page of its README", async () => {
    tests.server.events = sampleActivity(now);
    tests.server.token = "valid";
    const readme = readFileSync("clients/timeline/README.md", "utf8");
    const [, block = ""] = /```html\n([\s\S]*?)```/.exec(readme) ?? [];
    const html = block
      .replaceAll("https://activity.example.com", tests.server.origin)
      .replace("/node_modules/@activity-log/timeline/dist", "/timeline");
    const page = await tests.open({ now, html });
    await page.locator("li").first().waitFor();
    expect(tests.server.requests[0]?.searchParams.get("entity_id")).toBe("inv_8c3f1a9b");
    expect(tests.errors).toEqual([]);
  });
});
