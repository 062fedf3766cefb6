"""Runs consume_changes.py twice against a server with 250 changes, of which the second run finds 50 more."""

import http.server
import json
import os
import runpy
import sqlite3
import threading
import urllib.parse

latest = 200


class Feed(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        after = int(urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)["after"][0])
        end = min(after + 100, latest)
        changes = [{"sequence": n, "activity": {"event_id": str(n)}} for n in range(after + 1, end + 1)]
        body = json.dumps({"changes": changes, "page_context": {"has_more_page": end < latest}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["ACTIVITY_API"] = f"http://127.0.0.1:{server.server_port}"
os.environ["ACTIVITY_TOKEN"] = "token"
runpy.run_path("consume_changes.py")
latest = 250
runpy.run_path("consume_changes.py")
rows = sqlite3.connect("changes-python.sqlite").execute("SELECT sequence FROM changes ORDER BY sequence").fetchall()
print("consumed" if [row[0] for row in rows] == list(range(1, 251)) else f"wrong: {len(rows)} rows")
