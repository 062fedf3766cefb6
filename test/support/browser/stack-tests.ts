import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, inject } from "vitest";
import type { Scope } from "#shared/auth/caller.ts";
import { connectToStack, type StackAddresses, type StackClient } from "#test/support/stack-client.ts";
import { launchBrowser } from "./browser.ts";
import { collectProblems } from "./page-problems.ts";
import { createTestOrganisation, type TestOrganisation } from "./test-organisation.ts";

export type OpenOptions = BrowserContextOptions & {
  /** Problems of the page that the test wants: each must occur, and any other fails the test. */
  readonly expected?: readonly RegExp[];
};

/** What tests of one file share: a browser, and the stack that all files share. */
export type StackTests = {
  readonly stack: StackAddresses & StackClient;
  organisation(scopes?: Scope[]): Promise<TestOrganisation>;
  /**
   * Opens a page in a context of its own, until the test ends. The test fails if the page has an error, writes one to
   * the console, violates its Content Security Policy or gets no response or one of 400 and above.
   */
  open(url: string, options?: OpenOptions): Promise<Page>;
  /** Opens a path below `/console`, as `/activity`, signed in with a token. */
  openConsole(path: string, token: string, options?: OpenOptions): Promise<Page>;
};

type OpenedPage = { readonly problems: readonly string[]; readonly expected: readonly RegExp[] };

/** Starts a browser before the tests of a file, and ends it after. Checks after each test what its pages reported. */
export function setUpStackTests(): StackTests {
  const addresses = inject("stack");
  const stack = { ...addresses, ...connectToStack(addresses) };
  let browser: Browser;
  let opened: OpenedPage[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  beforeEach(() => {
    opened = [];
    return async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      expect(opened.flatMap(surprises)).toEqual([]);
    };
  });
  afterAll(() => browser.close());

  const tests: StackTests = {
    stack,
    organisation: (scopes) => createTestOrganisation(stack, scopes),
    async open(url, { expected = [], ...options } = {}) {
      const context = await browser.newContext({ timezoneId: "Europe/Prague", locale: "en-GB", ...options });
      opened.push({ problems: await collectProblems(context), expected });
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    async openConsole(path, token, options) {
      const page = await tests.open(`${stack.api}/console${path}`, options);
      await page.getByLabel("Token", { exact: true }).fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      return page;
    },
  };
  return tests;
}

/** Returns the problems that were not expected, and those that did not occur though they were. */
function surprises({ problems, expected }: OpenedPage): string[] {
  const unexpected = problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
  const missing = expected.filter((pattern) => !problems.some((problem) => pattern.test(problem)));
  return [...unexpected, ...missing.map((pattern) => `did not occur: ${pattern}`)];
}
