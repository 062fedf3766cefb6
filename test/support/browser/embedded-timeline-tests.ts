import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { type OpenOptions, type StackTests, setUpStackTests } from "./stack-tests.ts";
import { type BuiltTimeline, buildTimeline } from "./timeline-package.ts";
import { type TimelinePage, timelinePage } from "./timeline-page.ts";
import { startTimelineServer, type TimelineServer } from "./timeline-server.ts";

type EmbedOptions = OpenOptions & Omit<TimelinePage, "api">;

/** Tests of the timeline that reads the stack, from a page of another origin. */
export type EmbeddedTimelineTests = StackTests & {
  /** The server of the page and of the built element. */
  readonly host: TimelineServer;
  readonly built: BuiltTimeline;
  /** Opens a page with the element. */
  embed(options: EmbedOptions): Promise<Page>;
};

/** Builds the element and starts a browser and the server of its pages, before the tests of a file; ends them after. */
export function setUpEmbeddedTimelineTests(): EmbeddedTimelineTests {
  const tests = setUpStackTests();
  let built: BuiltTimeline;
  let host: TimelineServer;
  beforeAll(async () => {
    built = await buildTimeline();
    host = await startTimelineServer(built.dist);
  });
  afterAll(async () => {
    await host.close();
    built.remove();
  });
  return {
    ...tests,
    get host() {
      return host;
    },
    get built() {
      return built;
    },
    async embed({ attributes, lang, dir, token = "", script, ...options }) {
      host.page = timelinePage({ api: tests.stack.api, attributes, lang, dir, token, script });
      return tests.open(host.origin, options);
    },
  };
}
