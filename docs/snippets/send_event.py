import json
import os
import uuid
from datetime import datetime, timezone

import boto3

event = {
    "event_id": f"evt_{uuid.uuid4().hex}",
    "org_id": "org_8f9a1c2d",
    "action": "INVOICE_SENT",
    "entity_type": "INVOICE",
    "entity_id": "inv_python",
    "changes": {"status": {"old": "DRAFT", "new": "SENT"}},
    "occurred_at": datetime.now(timezone.utc).isoformat(),
}
boto3.client("sqs").send_message(
    QueueUrl=os.environ["INGEST_QUEUE_URL"],
    MessageGroupId=event["org_id"],
    MessageBody=json.dumps(event),
)
