import { downloadBlob } from "#clients/console/ui/download-blob.ts";

/** Lets the browser download a proof, which `activity verify` and the page of the verifier read. */
export function downloadProof(proof: string, eventId: string): void {
  downloadBlob(new Blob([proof], { type: "text/plain" }), `${eventId}.tlog-proof`);
}
