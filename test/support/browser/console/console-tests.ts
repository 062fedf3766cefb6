import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { launchBrowser } from "#test/support/browser/browser.ts";
import { collectProblems } from "#test/support/browser/page-problems.ts";
import { slowness } from "#test/support/vitest/slowness.ts";
import { type ActivityApi, createActivityApi } from "./activity-api.ts";
import { type ConsoleServer, startConsoleServer } from "./console-server.ts";
import { buildConsoleSite, signIn } from "./console-site.ts";

export type OpenConsoleOptions = BrowserContextOptions & {
  /** Problems of the page that the test causes; any other fails it. */
  readonly expected?: RegExp;
  /** The time of the page's clock, which the test advances. By default it is that of the machine. */
  readonly now?: Date;
  /** Code that runs before that of the page. */
  readonly script?: string;
};

/** What tests of the console with an API in memory share. */
export type ConsoleTests = {
  readonly server: ConsoleServer;
  readonly api: ActivityApi;
  /** Opens a path below `/console` in a context of its own, signed out. */
  open(path: string, options?: OpenConsoleOptions): Promise<Page>;
  /** Opens a path and signs in. */
  openSignedIn(path: string, options?: OpenConsoleOptions): Promise<Page>;
};

/** Builds the console and starts a browser and a server before the tests of a file; ends them after. */
export function setUpConsoleTests(): ConsoleTests {
  const api = createActivityApi();
  let browser: Browser;
  let server: ConsoleServer;
  let built: Awaited<ReturnType<typeof buildConsoleSite>>;
  let opened: { readonly problems: readonly string[]; readonly expected: RegExp | undefined }[] = [];
  beforeAll(async () => {
    [browser, built] = await Promise.all([launchBrowser(), buildConsoleSite()]);
    server = await startConsoleServer(built.site);
  });
  beforeEach(() => {
    api.reset();
    server.api = api.handle;
    opened = [];
    return async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const unexpected = opened.flatMap(({ problems, expected }) => problems.filter((line) => !expected?.test(line)));
      expect(unexpected).toEqual([]);
    };
  });
  afterAll(async () => {
    await Promise.all([browser.close(), server.close()]);
    built.remove();
  });
  async function open(path: string, { expected, now, script, ...options }: OpenConsoleOptions = {}): Promise<Page> {
    const context = await browser.newContext({ timezoneId: "Europe/Prague", locale: "en-GB", ...options });
    opened.push({ problems: await collectProblems(context), expected });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000 * slowness());
    if (script !== undefined) await page.addInitScript(script);
    if (now !== undefined) await page.clock.install({ time: now });
    await page.goto(`${server.origin}/console${path}`);
    return page;
  }
  return {
    get server() {
      return server;
    },
    api,
    open,
    async openSignedIn(path, options) {
      const page = await open(path, options);
      await signIn(page);
      return page;
    },
  };
}
