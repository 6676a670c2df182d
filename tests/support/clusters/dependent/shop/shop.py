"""GET /quote: 100 dollars in euros. Hardened, it has a deadline, tries again once, and sells at the last rate that it knew."""
import http.server
import json
import os
import urllib.request

HARDENED = os.environ.get("APPLICATION", "hardened") == "hardened"
last_known = None


def fetched(deadline=None):
    with urllib.request.urlopen("http://rates:8080/rates", timeout=deadline) as answer:
        return json.load(answer)["EUR"]


def rate():
    global last_known
    if not HARDENED:
        return fetched()
    for _ in range(2):
        try:
            last_known = fetched(deadline=0.5)
            break
        except OSError:
            continue
    return last_known


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = json.dumps({"euros": 100 * rate()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


http.server.ThreadingHTTPServer(("", 8000), Shop).serve_forever()
