import * as z from "zod/mini";
import { scopes } from "#shared/auth/caller.ts";
import { isTimeZone } from "#shared/auth/orgs/org.ts";
import { viewerKeyIdPattern } from "#shared/auth/viewer-tokens/viewer-keys.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { shardCounts } from "#shared/events/shards/shards.ts";
import { maxCodeUnits } from "#shared/events/text/max-code-units.ts";
import { isVisibleId, isVisibleLine } from "#shared/events/text/text-rules.ts";

const orgId = z.string().check(z.regex(orgIdPattern));
const id = (max: number) => z.string().check(z.minLength(1), ...maxCodeUnits(max), z.refine(isVisibleId));
const userId = z.optional(id(256));
const line = (max: number) => z.string().check(z.minLength(1), ...maxCodeUnits(max), z.refine(isVisibleLine));

/** The settings of an organisation, at creation or later. */
const settings = {
  name: z.optional(line(256)),
  slug: z.optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/))),
  account_number: z.optional(id(64)),
  time_zone: z.optional(z.string().check(z.refine(isTimeZone))),
  robot_name: z.optional(line(256)),
};

const shards = z.optional(z.literal(shardCounts));

/** The administrative requests. They have no public route: IAM decides who may invoke the function. */
export const adminRequestSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("org.create"), org_id: orgId, ...settings }),
  z.strictObject({ action: z.literal("org.update"), org_id: orgId, ...settings, shards }),
  /** Blocks all access to an organisation until it is resumed. */
  z.strictObject({ action: z.literal("org.suspend"), org_id: orgId }),
  z.strictObject({ action: z.literal("org.resume"), org_id: orgId }),
  z.strictObject({ action: z.literal("org.list") }),
  z.strictObject({
    action: z.literal("token.create"),
    org_ids: z.array(orgId).check(z.minLength(1), z.maxLength(20)),
    scopes: z.array(z.enum(scopes)).check(z.minLength(1)),
    user_id: userId,
    expires_at: z.optional(z.string()),
  }),
  /** A key of the SimplyBooks dialect. */
  z.strictObject({ action: z.literal("key.create"), org_id: orgId, user_id: userId }),
  /** An API client of the Fakturoid dialect. */
  z.strictObject({ action: z.literal("client.create"), org_id: orgId, user_id: userId }),
  /** Creates the next key that signs viewer tokens. */
  z.strictObject({ action: z.literal("viewer-key.rotate") }),
  /** Removes a key that signs viewer tokens, for example because it leaked. */
  z.strictObject({
    action: z.literal("viewer-key.revoke"),
    viewer_key_id: z.string().check(z.regex(viewerKeyIdPattern)),
  }),
  z.strictObject({ action: z.literal("token.list"), org_id: orgId }),
  z.strictObject({
    action: z.literal("token.revoke"),
    token_id: z.string().check(z.regex(/^tok_[0-9a-f]{32}$/)),
    /** Also disables the webhook endpoints that the token created or changed. */
    with_endpoints: z.optional(z.boolean()),
  }),
]);

export type AdminRequest = z.infer<typeof adminRequestSchema>;
