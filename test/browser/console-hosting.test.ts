import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";

const { stack, open } = setUpStackTests();

it("address of the API leads a browser to the console, whose scripts and styles its policy allows", async () => {
  const page = await open(`${stack.api}/`);
  expect(page.url()).toContain("/console/");
  await page.locator("activity-console:defined").waitFor();
  expect(await page.evaluate("document.styleSheets.length")).toBeGreaterThan(0);
});

/** Returns the origin of a page that shows a path of the console in a frame. */
async function embed(path: string): Promise<string> {
  const server = createServer((_, response) =>
    response
      .setHeader("content-type", "text/html")
      .end(`<link rel="icon" href="data:,"><iframe src="${stack.api}${path}"></iframe>`),
  );
  onTestFinished(() => closeServer(server));
  return listenOnLoopback(server, 0);
}

it("another origin that the stage names can show the portal in a frame", async () => {
  const page = await open(await embed("/console/portal"));
  await page.frameLocator("iframe").locator("activity-portal:defined").waitFor();
});

it("no other origin can show the rest of the console in a frame", async () => {
  const page = await open(await embed("/console/activity"), {
    expected: [/frame-ancestors/, /no response GET .*activity/],
  });
  expect(await page.frameLocator("iframe").locator("activity-console").count()).toBe(0);
});
