export { createFakturoidClient } from "./fakturoid/fakturoid-client.ts";
export { createFinzbooksClient } from "./finzbooks/finzbooks-client.ts";
export { ActivityLogError } from "./http/activity-log-error.ts";
export { createSimplybooksClient } from "./simplybooks/simplybooks-client.ts";
