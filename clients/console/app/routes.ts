import { activityRoutes } from "#clients/console/activity/routes.ts";
import { documentRoutes } from "#clients/console/document/routes.ts";
import type { Route } from "#clients/console/page/route.ts";
import { referenceRoutes } from "#clients/console/reference/routes.ts";
import { tokenRoutes } from "#clients/console/tokens/routes.ts";
import { webhookRoutes } from "#clients/console/webhooks/routes.ts";

/** All pages of the console, below its base path. */
export const routes: readonly Route[] = [
  ...activityRoutes,
  ...documentRoutes,
  ...webhookRoutes,
  ...tokenRoutes,
  ...referenceRoutes,
];
