/** Name of the file in a local stack's log folder that lists which logs are the audit logs. */
export const auditLogIndex = "audit-logs.json";
