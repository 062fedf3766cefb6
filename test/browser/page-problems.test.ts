import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { setUpStackTests } from "#test/support/browser/stack-tests.ts";
import { until } from "#test/support/until.ts";

const tests = setUpStackTests();
const policy = "default-src 'self'; script-src 'nonce-1'; connect-src *";
const script = `
  addEventListener("securitypolicyviolation", () => { document.title = "violated"; });
  console.error("a mistake");
  fetch("/missing").catch(() => {});
  fetch("http://127.0.0.1:1/").catch(() => {});
  setTimeout(() => { throw new Error("thrown"); });
  document.body.append(Object.assign(document.createElement("script"), { text: "inline()" }));`;

it("reports errors, failed requests and violations of the Content Security Policy", async () => {
  const server = createServer(({ url = "" }, response) => {
    const headers = { "content-type": "text/html", "content-security-policy": policy };
    response.writeHead(url === "/" ? 200 : 404, headers).end(`<body><script nonce="1">${script}</script></body>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const page = await tests.open(`http://127.0.0.1:${address.port}`, {
    // The test fails if one of these does not occur.
    expected: [
      /^console error: a mistake$/,
      /^response 404 GET .+\/missing$/,
      /^no response GET http:\/\/127\.0\.0\.1:1\/$/,
      /^page error: Error: thrown$/,
      /^CSP violation: script-src-elem inline$/,
      /^console error: .*Content Security Policy/,
    ],
  });
  await until(async () => (await page.title()) === "violated");
  expect(await page.locator("script").count()).toBe(2);
});
