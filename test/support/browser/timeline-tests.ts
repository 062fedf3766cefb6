import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { launchBrowser } from "./browser.ts";
import { type BuiltTimeline, buildTimeline } from "./timeline-package.ts";
import { timelinePage } from "./timeline-page.ts";
import { startTimelineServer, type TimelineServer } from "./timeline-server.ts";

export type PageOptions = BrowserContextOptions & {
  /** Attributes of the element, besides the address of the API. */
  readonly attributes?: string;
  /** Runs before the token is set; `timeline` is the element. */
  readonly script?: string;
  readonly html?: string;
  readonly lang?: string;
  readonly dir?: "ltr" | "rtl";
  /** The time of the page's clock, which the test advances. By default it is that of the machine. */
  readonly now?: Date;
};

/** What tests of one file share: a browser, a server and the built element. */
export type TimelineTests = {
  readonly server: TimelineServer;
  readonly built: BuiltTimeline;
  /** Opens the page of the server in a context of its own. Errors of the page are collected in `errors`. */
  open(options?: PageOptions): Promise<Page>;
  readonly errors: string[];
};

/** Builds the element and starts a browser and a server before the tests of a file; ends them after. */
export function setUpTimelineTests(): TimelineTests {
  let browser: Browser;
  let built: BuiltTimeline;
  let server: TimelineServer;
  const errors: string[] = [];
  beforeAll(async () => {
    built = await buildTimeline();
    [browser, server] = await Promise.all([launchBrowser(), startTimelineServer(built.dist)]);
  });
  beforeEach(() => {
    errors.length = 0;
    Object.assign(server, { page: "", app: "", token: "", events: [], failure: () => null });
    server.requests.length = 0;
    return async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    };
  });
  afterAll(async () => {
    await Promise.all([browser.close(), server.close()]);
    built.remove();
  });
  return {
    get server() {
      return server;
    },
    get built() {
      return built;
    },
    errors,
    async open(options = {}) {
      const { attributes, script, html, lang, dir, now, ...contextOptions } = options;
      server.page = html ?? timelinePage({ attributes, script, lang, dir });
      const context = await browser.newContext({ timezoneId: "Europe/Prague", locale: "en-GB", ...contextOptions });
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(String(error)));
      if (now !== undefined) await page.clock.install({ time: now });
      await page.goto(server.origin);
      return page;
    },
  };
}
