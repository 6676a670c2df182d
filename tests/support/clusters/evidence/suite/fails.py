import json
import os
import time

handle = json.load(open(os.environ["UNDERSTUDY_HANDLE"]))
print("variables", handle["variables"]["door-key"], flush=True)
time.sleep(0.3)
raise ValueError("the suite fails on purpose")
