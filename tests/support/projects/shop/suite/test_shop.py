import json
import os
import pwd
import urllib.request
from pathlib import Path

HANDLE = json.loads(Path(os.environ["UNDERSTUDY_HANDLE"]).read_text())


def test_runs_in_a_node_as_the_clusters_account():
    assert os.uname().nodename == HANDLE["roles"]["worker"][0]
    assert pwd.getpwuid(os.getuid()).pw_name == "shop"


def test_the_api_answers_by_name():
    assert urllib.request.urlopen("http://api-1:8080/", timeout=20).status == 200
