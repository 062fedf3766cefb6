import * as z from "zod";

/**
 * What decrypting must name as encrypting did, as pairs of a key and a value: a record would drop the key `__proto__`,
 * which is as good as any other.
 */
export const encryptionContextSchema = z
  .custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value))
  .transform((context): unknown => Object.entries(context))
  .pipe(z.array(z.tuple([z.string(), z.string()])))
  .default([]);

export type EncryptionContext = z.infer<typeof encryptionContextSchema>;
