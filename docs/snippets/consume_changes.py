import json
import os
import sqlite3
import urllib.request

db = sqlite3.connect("changes-python.sqlite")
db.execute("CREATE TABLE IF NOT EXISTS changes (sequence INTEGER PRIMARY KEY, event TEXT)")
last = db.execute("SELECT coalesce(max(sequence), 0) FROM changes").fetchone()[0]
more = True
while more:
    url = f"{os.environ['ACTIVITY_API']}/api/public/v1/activity/changes?after={last}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {os.environ['ACTIVITY_TOKEN']}"})
    with urllib.request.urlopen(request, timeout=35) as response:
        page = json.load(response)
    for change in page["changes"]:
        if change["sequence"] != last + 1:
            raise RuntimeError(f"The change after {last} is missing.")
        last = change["sequence"]
        with db:  # a transaction: your own work belongs here
            db.execute("INSERT INTO changes VALUES (?, ?)", (last, json.dumps(change["activity"])))
    more = page["page_context"]["has_more_page"]
