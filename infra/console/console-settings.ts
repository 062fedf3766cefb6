import type { DomainSettings } from "#infra/api/api-domain.ts";

/** The console of a stage. */
export type ConsoleSettings = {
  /** Its domain, with a certificate in us-east-1; `null`, not in production, for the name that CloudFront assigns. */
  readonly domain: DomainSettings | null;
  /** Origins of pages that may embed the webhook portal in a frame, such as `https://app.example.com`. */
  readonly portalFrameAncestors: readonly string[];
};
