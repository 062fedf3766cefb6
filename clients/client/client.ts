export { createFakturoidClient } from "./fakturoid/fakturoid-client.ts";
export {
  type ActivityEvent,
  createFinzbooksClient,
  type FinzbooksClient,
  type TimelineParams,
} from "./finzbooks/finzbooks-client.ts";
export { ActivityLogError } from "./http/activity-log-error.ts";
export type { List, Page } from "./http/page.ts";
export { createSimplybooksClient } from "./simplybooks/simplybooks-client.ts";
