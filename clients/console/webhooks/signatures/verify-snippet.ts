/** The example of docs/verify-webhooks.md for a server with `Request` and `Response`. */
export const verifySnippet = `import { verifyWebhook } from "@activity-log/webhooks";

export async function handle(request: Request, secret: string): Promise<Response> {
  try {
    const { delivery_id, event_type } = await verifyWebhook(await request.text(), request.headers, secret);
    console.log(event_type, delivery_id);
    return new Response(null, { status: 204 });
  } catch {
    return new Response(null, { status: 400 });
  }
}
`;
