"""Asks for a quote twice a second for 40 s: each must come within two seconds, and be right."""
import json
import sys
import threading
import time
import urllib.request

SECONDS = 40
PATIENCE = 2
wrong = []


def ask(since):
    try:
        with urllib.request.urlopen("http://localhost:8000/quote", timeout=PATIENCE) as answer:
            euros = json.load(answer)["euros"]
        if euros != 125:
            wrong.append(f"{since:.1f} s: 100 dollars were {euros} euros")
    except Exception as error:
        wrong.append(f"{since:.1f} s: no quote: {error!r}")


began = time.monotonic()
customers = []
while (since := time.monotonic() - began) < SECONDS:
    customers.append(threading.Thread(target=ask, args=(since,)))
    customers[-1].start()
    time.sleep(0.5)
for customer in customers:
    customer.join()
print(f"{len(customers)} quotes, {len(wrong)} of them late or wrong", *wrong, sep="\n")
sys.exit(1 if wrong else 0)
