import * as z from "zod/mini";
import { invalidValue } from "#shared/api/http/parameters.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { hiddenByDefault, hiddenFieldPattern, maxHiddenFields } from "#shared/auth/viewer-tokens/hidden-fields.ts";
import { isViewerOrigin, maxOrigins } from "#shared/auth/viewer-tokens/viewer-origin.ts";
import {
  type ViewerLimits,
  type ViewerScope,
  type ViewerToken,
  viewerScopes,
  viewerTokenSeconds,
} from "#shared/auth/viewer-tokens/viewer-token.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { isId, maxIdLength } from "#shared/events/limits.ts";

const id = (description: string) =>
  z
    .optional(z.string().check(z.minLength(1), z.maxLength(maxIdLength), z.refine(isId)))
    .register(z.globalRegistry, { description });

const origin = z
  .string()
  .check(
    z.maxLength(300),
    z.refine(isViewerOrigin, "must be an origin such as https://app.example.com, or http on localhost"),
  );

export const viewerTokenBodySchema = z.strictObject({
  entity_type: z
    .optional(z.enum(documentTypes))
    .register(z.globalRegistry, { description: "The token is for one document: its type. Requires `entity_id`." }),
  entity_id: id("The token is for one document: its id. Requires `entity_type`."),
  contact_id: id("The token is for events of one customer or supplier."),
  actor_user_id: id("The token is for events of one user."),
  hide: z
    .optional(z.array(z.string().check(z.regex(hiddenFieldPattern))).check(z.maxLength(maxHiddenFields)))
    .register(z.globalRegistry, {
      default: hiddenByDefault,
      description:
        "Fields of events to hide: `actor`, `changes`, `metadata`, or one key of the last two. Not with " +
        "`AIBooks.webhooks.MANAGE`, because deliveries of webhooks show whole events.",
    }),
  origins: z.optional(z.array(origin).check(z.maxLength(maxOrigins))).register(z.globalRegistry, {
    default: [],
    description: "The origins of the pages that may use the token. Without one, browsers cannot use it.",
  }),
  scopes: z
    .optional(z.array(z.enum(viewerScopes)).check(z.minLength(1), z.maxLength(viewerScopes.length)))
    .register(z.globalRegistry, {
      default: ["AIBooks.activity.READ"],
      description: "Scopes of the issuing token. `AIBooks.webhooks.MANAGE` cannot be limited to a part.",
    }),
  expires_in: z
    .optional(z.int().check(z.minimum(viewerTokenSeconds.min), z.maximum(viewerTokenSeconds.max)))
    .register(z.globalRegistry, { default: viewerTokenSeconds.default, description: "Lifetime in seconds." }),
});

/** What a viewer token is issued with. */
export type ViewerTokenSettings = ViewerLimits &
  Pick<ViewerToken, "hide" | "origins"> & { readonly scopes: readonly ViewerScope[]; readonly seconds: number };

/** Returns the settings in a body. Throws `ActivityError` if they are invalid or cannot be combined. */
export function parseViewerTokenSettings(body: unknown): ViewerTokenSettings {
  const parsed = parseBody(viewerTokenBodySchema, body);
  const { entity_type = null, entity_id = null, contact_id = null, actor_user_id = null } = parsed;
  const scopes = [...new Set(parsed.scopes ?? (["AIBooks.activity.READ"] as const))];
  const limits = { entity_type, entity_id, contact_id, actor_user_id };
  assertOneLimit(limits);
  const isLimited = Object.values(limits).some((value) => value !== null);
  if (isLimited && scopes.includes("AIBooks.webhooks.MANAGE")) {
    throw invalidValue("scopes", "Webhooks belong to the whole organisation. Issue a token of their own for them.");
  }
  if ((parsed.hide ?? []).length > 0 && scopes.includes("AIBooks.webhooks.MANAGE")) {
    throw invalidValue("hide", "Deliveries of webhooks show whole events. Issue a token of its own for reading.");
  }
  const { hide = hiddenByDefault, origins = [], expires_in = viewerTokenSeconds.default } = parsed;
  return { ...limits, scopes, hide: [...new Set(hide)], origins: [...new Set(origins)], seconds: expires_in };
}

function assertOneLimit({ entity_type, entity_id, contact_id, actor_user_id }: ViewerLimits): void {
  if ((entity_type === null) !== (entity_id === null)) {
    const field = entity_type === null ? "entity_type" : "entity_id";
    throw new ActivityError("required_field", "A document needs both entity_type and entity_id.", { field });
  }
  const named = Object.entries({ entity_id, contact_id, actor_user_id }).filter(([, value]) => value !== null);
  const [, second] = named;
  if (second === undefined) return;
  throw invalidValue(second[0], "A viewer token is for one document, one contact or one actor. Name one of them.");
}
