"""Raises until it has been started often enough. Says its secret in every form first."""
import base64
import json
import os
import pathlib
import sys
import time
import urllib.parse

secret = os.environ["BACKEND_PASSWORD"]
print("plain", secret, flush=True)
print("base64", base64.b64encode(f"user:{secret}".encode()).decode(), flush=True)
print("url", urllib.parse.quote_plus(secret), flush=True)
print("json", json.dumps({"password": secret}), flush=True)
print("coloured \x1b[31m" + secret + "\x1b[0m", flush=True)

times = pathlib.Path("/tmp/starts")
begun = int(times.read_text()) if times.exists() else 0
times.write_text(str(begun + 1))
time.sleep(1.5)
if begun < int(sys.argv[2]):
    try:
        {}["picture"]
    except KeyError as error:
        raise RuntimeError(f"could not render for {secret}") from error
time.sleep(3600)
