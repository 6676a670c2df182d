# For sh, to be read in. What a package of the node consists of, by its manager's own record, and how it is taken away and put
# back byte for byte, with owners, modes and times. $root is the node's root, $package its name, $kept a folder of our own.
#
# all_of_apt: paths, one a line and without the first slash, of files that the package alone has, and of folders that go with it.
# Files that another package has as well stay, and so does /etc. Of folders below /usr that no other package has, all goes,
# such as what Python compiled there.

# Files of dpkg's own about it: PACKAGE.list or PACKAGE:ARCHITECTURE.list, and what else goes by that name.
info() {
  for file in "var/lib/dpkg/info/$package".* "var/lib/dpkg/info/$package":*; do
    name=${file##*/}
    case ${name%.*} in "$package" | "$package":*) [ ! -e "$file" ] || echo "$file" ;; esac
  done
}

# Of the paths in its list, one a line and without the first slash, those that no other package has.
alone() {
  awk -v lists="$(info | grep '\.list$')" '
    BEGIN { count = split(lists, names, "\n"); for (i = 1; i <= count; i++) own[names[i]] = 1 }
    own[FILENAME] { mine[$0] = 1; next }
    { others[$0] = 1 }
    END { for (path in mine) if (!(path in others) && path != "/.") print substr(path, 2) }' var/lib/dpkg/info/*.list
}

all_of_apt() {
  info
  alone | while IFS= read -r path; do
    case $path in
      etc/*) ;;
      usr/*) [ -L "$path" ] || [ ! -d "$path" ] || find "$path" -mindepth 1; [ ! -L "$path" ] && [ ! -e "$path" ] || echo "$path" ;;
      *) [ -d "$path" ] && [ ! -L "$path" ] || [ ! -e "$path" ] || echo "$path" ;;
    esac
  done
}

# within_node: no folder that a path in its input is in is elsewhere for us than for the node.
within_node() { sed -n 's|/[^/]*$||p' | LC_ALL=C sort -u | nodepath strays; }

# Also of what is not there: behind a link that cannot be followed from here it only seems so.
is_installed() {
  echo var/lib/dpkg/info | nodepath strays || return
  status=$(nodepath /var/lib/dpkg/status) || { echo 'the node has no dpkg'; return 2; }
  [ -d var/lib/dpkg/info ] || { echo 'the node has no dpkg'; return 2; }
  [ -n "$(info)" ] || { echo "$package is not installed"; return 2; }
  alone | grep -v '^etc/' | within_node
}

# of_dpkg FILE: what dpkg knows, with the paragraph in FILE in place of the package's own. A paragraph each; the order and
# spacing of all others stay.
of_dpkg() {
  awk -v package="$package" -v other="$1" '
    BEGIN { RS = ""; ORS = "\n\n" }
    index($0, "Package: " package "\n") == 1 { found = 1; while ((getline paragraph < other) > 0) print paragraph; next }
    { print }
    END { exit !found }' || { echo "dpkg does not know $package" >&2; return 2; }
}

# folders_around: of the paths in its input, each folder that one is in or is, as far as it is there; times of folders are put
# back with what was in them.
folders_around() {
  awk '{ for (path = $0; path != ""; path = parent) { parent = path; if (!sub("/[^/]*$", "", parent)) parent = ""; if (!seen[path]++) print path } }' |
    while IFS= read -r path; do
      # /bin may be another name of /usr/bin.
      case $path in */*) ;; *) [ ! -L "$path" ] || { path=$(readlink "$path"); path=${path#/}; } ;; esac
      [ -L "$path" ] || [ ! -d "$path" ] || echo "$path"
    done
}

# keep PATHS [MORE]: what is in the list PATHS is kept, and so is how the folders are that they, and those in MORE, are in. A file
# with extended attributes (capabilities) could not be put back.
keep() {
  { cat "$1"; cat "$@" | folders_around; } | LC_ALL=C sort -u >"$kept/all" &&
    tar --create --file "$kept/files.tar" --format=posix --xattrs --no-recursion --verbatim-files-from --files-from "$kept/all" || return
  if grep -qa SCHILY.xattr "$kept/files.tar"; then
    echo "a file of $package has extended attributes, which could not be put back"
    return 95
  fi
}

# take_away PATHS: deepest first, so that a folder is empty by then; one that is not has something of somebody else.
take_away() {
  rm -f "$kept/folders"
  LC_ALL=C sort -r "$1" | while IFS= read -r path; do
    if [ -d "$path" ] && [ ! -L "$path" ]; then printf '%s\0' "$path" >>"$kept/folders"; else printf '%s\0' "$path"; fi
  done | xargs -0r rm -f -- && { [ ! -e "$kept/folders" ] || xargs -0r rmdir --ignore-fail-on-non-empty -- <"$kept/folders"; }
}

bring_back() {
  tar --extract --file "$kept/files.tar" --directory "$root" --preserve-permissions --same-owner --numeric-owner \
    --delay-directory-restore
}
