"""Runs send_event.py with a stand-in for boto3, and prints the message that it sends."""

import json
import sys
import types


class Queue:
    def send_message(self, **message):
        print(json.dumps(message))


sys.modules["boto3"] = types.SimpleNamespace(client=lambda service: Queue())

import send_event  # noqa: E402, F401
