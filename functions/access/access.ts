import { randomBytes } from "node:crypto";
import { tokenBytes } from "../../shared/access/token.ts";
import { admin } from "../../shared/lambda/admin.ts";
import { env } from "../../shared/lambda/env.ts";
import { variables } from "../../shared/lambda/names.ts";
import { adminStore } from "../../shared/store/admin.ts";
import { documentClient } from "../../shared/store/document-client.ts";

const store = adminStore(documentClient(), env(variables.configTable));

/** Creates organisations; issues, lists and revokes tokens. It has no route: IAM decides who may invoke it. */
export const handler = admin(() => ({ store, now: new Date(), random: randomBytes(tokenBytes) }));
