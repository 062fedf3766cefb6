/** Environment variables that the stack sets and the functions read. */
export const variables = {
  eventsTable: "EVENTS_TABLE",
  configTable: "CONFIG_TABLE",
  rejectedQueue: "REJECTED_QUEUE_URL",
} as const;

export type Variable = (typeof variables)[keyof typeof variables];

/** Where the functions' own metrics go in CloudWatch. */
export const metricNamespace = "ActivityLog";

export const metrics = {
  eventsAppended: "EventsAppended",
  eventsRepeated: "EventsRepeated",
  eventsRejected: "EventsRejected",
} as const;

export type Metric = (typeof metrics)[keyof typeof metrics];
