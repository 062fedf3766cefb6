import base64
import sys

from verify import verify

for line in sys.stdin:
    now, secret, delivery_id, timestamp, signature, body = line.rstrip("\n").split("\t")
    headers = {"webhook-id": delivery_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        verify(headers, base64.b64decode(body), secret, int(now))
        print("accepted")
    except ValueError:
        print("refused")
