# For sh, to be read in. A file of the node is replaced by a changed copy, all at once, and put back byte for byte, with owner,
# mode and time. What somebody else changed meanwhile is left as it is, and said (code 17). $kept is a folder of our own.

# From here on a signal ends nothing half done: what was taken away is put back first.
ended=no
trap 'ended=yes' TERM INT HUP

# replaced FILE CONTENT LIKE: by a copy of LIKE that holds CONTENT, which is complete before anybody sees it.
replaced() {
  copy=$(mktemp "${1%/*}/.understudy-XXXXXX") || return
  cp -p "$3" "$copy" && { [ "$2" = "$3" ] || cat "$2" >"$copy"; } && mv "$copy" "$1" && return
  rm -f "$copy"
  return 1
}

# edited FILE COMMAND…: COMMAND prints what is to stand in it instead of $kept/before.
edited() {
  file=$1
  shift
  cp -p "$file" "$kept/before" && "$@" <"$kept/before" >"$kept/during" && replaced "$file" "$kept/during" "$kept/before"
}

put_back() {
  cmp -s "$1" "$kept/during" || { echo "${1#/proc/1/root} was changed meanwhile, and is left as it is"; return 17; }
  replaced "$1" "$kept/before" "$kept/before"
}

# Says how it went, in one line, and waits for the end of stdin, or a signal.
answered() {
  if [ "$1" -ne 0 ]; then
    echo "err $1 $(tr '\n' ' ' <"$kept/said")"
    return 1
  fi
  echo ok
  while [ "$ended" = no ] && read -r _; do :; done
}
