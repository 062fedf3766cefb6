/** Name of the file, in a folder of a local stack's logs, that says which of them are the audit logs. */
export const auditLogIndex = "audit-logs.json";
