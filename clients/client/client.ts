export {
  createFakturoidClient,
  type FakturoidClient,
  type FakturoidClientOptions,
  type FakturoidEvent,
} from "./fakturoid/fakturoid-client.ts";
export type { ChangesParams } from "./finzbooks/changes.ts";
export {
  type ActivityEvent,
  type ActivityParams,
  type Collection,
  createFinzbooksClient,
  type FinzbooksClient,
  type FinzbooksClientOptions,
  type TimelineParams,
  type ViewerTokenSettings,
} from "./finzbooks/finzbooks-client.ts";
export type { TokenListParams, Tokens } from "./finzbooks/tokens.ts";
export type { Webhooks } from "./finzbooks/webhooks.ts";
export { ActivityLogError, type ErrorCode } from "./http/activity-log-error.ts";
export type { Retry } from "./http/connection.ts";
export type { List, Page } from "./http/page.ts";
export type { RequestOptions } from "./http/request.ts";
export type { Schemas } from "./openapi-types.ts";
export {
  type Activity,
  createSimplybooksClient,
  type SimplybooksClient,
  type SimplybooksClientOptions,
} from "./simplybooks/simplybooks-client.ts";
