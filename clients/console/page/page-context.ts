import type { ConsoleApi } from "#clients/console/api/console-api.ts";
import type { Session } from "#clients/console/session/session.ts";
import type { VerificationKeyStore } from "#clients/console/session/verification-key-store.ts";

/** A command of the palette. */
export type Command = {
  readonly title: string;
  /** The group that it is listed in: `Filters`. */
  readonly group: string;
  /** Further words by which it is found. */
  readonly keywords?: string;
  run(): void;
};

export type NavigateOptions = {
  /** Replaces the present entry of the history: for filters that change while one types. */
  readonly replace?: boolean;
};

/** What a page gets from the console. */
export type PageContext = {
  readonly api: ConsoleApi;
  readonly session: Session;
  readonly verificationKeys: VerificationKeyStore;
  /** Returns the address of a path of the console, such as `/webhooks?state=failing`, for `href`. */
  href(path: string): string;
  navigate(path: string, options?: NavigateOptions): void;
  /** Names the page in the title of the window: `INV-2026-0042`. */
  setTitle(title: string): void;
  /** Adds commands to the palette until the page is left. `find` also gets what the reader has typed. */
  setCommands(find: (text: string) => readonly Command[]): void;
};
