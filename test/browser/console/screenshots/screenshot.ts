import type { BrowserContextOptions, Page } from "playwright-core";
import type { ActivityApi } from "#test/support/browser/console/activity-api.ts";

/** A picture of a page of the console in one state. */
export type Screenshot = {
  readonly name: string;
  /** Whether the documentation shows it. */
  readonly isInDocs?: boolean;
  /** Below `/console`. */
  readonly path?: string;
  readonly width?: number;
  readonly context?: BrowserContextOptions;
  /** Before the page is opened. */
  readonly arrange?: (api: ActivityApi, now: Date) => void;
  readonly isSignedOut?: boolean;
  readonly prepare?: (page: Page, api: ActivityApi, now: Date) => Promise<unknown>;
};

export const dark = { context: { colorScheme: "dark" } } as const;
export const narrow = { width: 390 };
