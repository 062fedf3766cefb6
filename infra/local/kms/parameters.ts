import * as z from "zod";

export const keyIdSchema = z.string().min(1).max(2_048);

/** Base64 of 1 to `maxBytes` bytes. */
export const blobSchema = (maxBytes: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, "base64"))
    .refine(({ length }) => length >= 1 && length <= maxBytes, `must be 1 to ${maxBytes} bytes`);
