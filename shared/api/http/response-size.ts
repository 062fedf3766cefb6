/** Bytes of an answer at most. Lambda sends 6 MB, of the body as JSON text: what it must escape counts twice. */
const maxAnswerBytes = 5_500_000;

/** Whether a body is larger than Lambda can send. Most are too small to be worth the second look. */
export function isTooLarge(body: string): boolean {
  return 6 * body.length > maxAnswerBytes && Buffer.byteLength(JSON.stringify(body)) > maxAnswerBytes;
}
