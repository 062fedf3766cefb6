import * as z from "zod";

const keysSchema = z.object({ keys: z.array(z.object({ origin: z.string(), verification_key: z.string() })) });

/** Returns the key of a log. Outside of a test, it must come from elsewhere than the API. */
export async function getVerificationKey(api: string, org: string): Promise<string> {
  const response = await fetch(`${api}/api/public/v1/activity/keys?organization_id=${org}`);
  const { keys } = keysSchema.parse(await response.json());
  const key = keys.find(({ origin }) => origin.endsWith(`/${org}`));
  if (key === undefined) throw new Error(`The API has no key of the log of ${org}.`);
  return key.verification_key;
}
