import type { Route } from "#clients/console/page/route.ts";

export const tokenRoutes: readonly Route[] = [
  {
    path: "/tokens",
    title: "Tokens",
    scope: "AIBooks.tokens.READ",
    load: async () => (await import("./tokens-page.ts")).TokensPage,
  },
];
