import type { Route } from "#clients/console/page/route.ts";

export const activityRoutes: readonly Route[] = [
  {
    path: "/activity",
    title: "Activity",
    scope: "AIBooks.activity.READ",
    load: async () => (await import("./activity-page.ts")).ActivityPage,
  },
];
