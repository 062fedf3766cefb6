const timeline = document.querySelector("activity-timeline");

// Called at the beginning, and whenever the token has expired.
timeline.getToken = async () => {
  const response = await fetch(`/tokens/${timeline.entityId}`, { method: "POST" });
  if (!response.ok) throw new Error(`The response was ${response.status}.`);
  return response.text();
};
timeline.documentUrl = ({ type, id }) => (type === "INVOICE" ? `/invoices/${id}` : null);
