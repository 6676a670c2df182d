#!/bin/sh
# carry.sh apt|pip PACKAGE SPECIFIER INTO: in an image that is built on a node's own, what of another version of a package is to be
# carried into such a node (toolbox/otherversion.sh), as a folder INTO of
#
#   paths      its files and folders, one a line, without the first slash
#   files.tar  those, with owners, modes and times, as a package manager puts them there; nothing of /etc
#   status     with apt, what dpkg then knows of it: a paragraph
#   folder     with pip, where pip put it, without the first slash
#
# With apt it is installed here, by SPECIFIER, from what the node's own sources.list offers, and nothing else is; with pip it is there.
set -eu
manager=$1 package=$2 specifier=$3 into=$4
mkdir -p "$into"

case $manager in
  apt)
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 0755 /usr/sbin/policy-rc.d
    apt-get update -qq
    cd "$into"
    apt-get -o APT::Sandbox::User=root download -qq "$specifier"
    # Whatever else it may want is the node's own affair.
    DEBIAN_FRONTEND=noninteractive dpkg --install --force-all ./*.deb
    rm -f ./*.deb
    cd /
    . /usr/local/lib/understudy-version/package.sh
    all_of_apt >"$into/paths"
    awk -v package="$package" 'BEGIN { RS = "" } index($0, "Package: " package "\n") == 1' /var/lib/dpkg/status >"$into/status"
    [ -s "$into/status" ]
    ;;
  pip)
    cd /
    python3 - "$package" "$into" <<'PYTHON'
import importlib.metadata
import os
import sys

package, into = sys.argv[1:]
distribution = importlib.metadata.distribution(package)
home = os.path.realpath(distribution.locate_file(""))
paths = set()
for file in distribution.files:
    path = os.path.normpath(os.path.join(home, file))
    if not os.path.lexists(path):
        continue
    paths.add(path)
    parent = os.path.dirname(path)
    while parent != "/":
        paths.add(parent)
        parent = os.path.dirname(parent)
with open(os.path.join(into, "paths"), "w") as out:
    out.writelines(f"{path[1:]}\n" for path in paths)
with open(os.path.join(into, "folder"), "w") as out:
    out.write(f"{home[1:]}\n")
PYTHON
    ;;
esac
LC_ALL=C sort -u -o "$into/paths" "$into/paths"
tar --create --file "$into/files.tar" --format=posix --no-recursion --verbatim-files-from --files-from "$into/paths"
