"""Starts ministack, with the fields that AWS adds to events of mappings with a tumbling window.

ministack ignores TumblingWindowInSeconds. Its streams have one shard, and its function for all invocations does not know
the mapping, so the events of every DynamoDB stream get the fields. A final invocation of a window never happens.
See "Implementing stateful DynamoDB stream processing in Lambda" in the Lambda developer guide.
"""

import sys
from datetime import datetime, timezone

from ministack.app import main
from ministack.services import lambda_svc

SHARD_ID = "shardId-00000000000000000000-00000000"

execute = lambda_svc._execute_function


def execute_in_window(function, event):
    records = event.get("Records") or [{}]
    if records[0].get("eventSource") != "aws:dynamodb":
        return execute(function, event)
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    return execute(
        function,
        {
            **event,
            "window": {"start": f"{day}T00:00:00Z", "end": f"{day}T23:59:59Z"},
            "state": {},
            "shardId": SHARD_ID,
            "eventSourceARN": records[0].get("eventSourceARN"),
            "isFinalInvokeForWindow": False,
            "isWindowTerminatedEarly": False,
        },
    )


lambda_svc._execute_function = execute_in_window

sys.exit(main())
