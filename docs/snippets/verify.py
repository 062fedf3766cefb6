import base64
import hashlib
import hmac

TOLERANCE_SECONDS = 5 * 60


def verify(headers, body: bytes, secret: str, now: float) -> None:
    """Raises ValueError unless the request is signed with the secret and at most 5 minutes old."""
    delivery_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("The timestamp is more than 5 minutes off.")
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    if not key:
        raise ValueError("The secret is empty.")
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # There is one signature for each secret while a secret is rotated.
    signatures = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(each.encode(), expected.encode()) for each in signatures):
        raise ValueError("No signature matches.")
