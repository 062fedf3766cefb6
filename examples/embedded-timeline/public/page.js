const timeline = document.querySelector("activity-timeline");

// Called at the beginning, and whenever the token has expired.
timeline.getToken = async () => {
  const response = await fetch(`/tokens/${timeline.entityId}`, { method: "POST" });
  if (!response.ok) throw new Error(`The response was ${response.status}.`);
  return response.text();
};
// Called when the details of an event are opened, if the page has a verification key.
timeline.proofOf = async ({ event_id, occurred_at }) => {
  const response = await fetch(`/proofs/${timeline.entityId}?${new URLSearchParams({ event_id, occurred_at })}`);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`The response was ${response.status}.`);
  return response.text();
};
timeline.documentUrl = ({ type, id }) => (type === "INVOICE" ? `/invoices/${id}` : null);
