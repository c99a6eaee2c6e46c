# For other scripts to source, from the root: programs out of Debian's packages.

# debian_program PACKAGE FILE NAME [FILE...]: brings that file of the package to .tools/bin/NAME, unpacked and
# not installed: its service has no business here. Further files are brought to where the program looks.
debian_program() {
  local package=$1 file=$2 name=$3 work each
  shift 3
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  work=$(mktemp -d)
  (
    cd "$work"
    chmod 755 .
    apt-get download -qq "$package" || { apt-get update -qq && apt-get download -qq "$package"; }
    dpkg -x "$package"_*.deb unpacked
  ) >".tools/$name.log" 2>&1 || { rm -rf "$work"; return 1; }
  for each in "$@"; do
    [ -e "/$each" ] || install -D -m 644 "$work/unpacked/$each" "/$each" 2>>".tools/$name.log" ||
      { rm -rf "$work"; return 1; }
  done
  install -m 755 "$work/unpacked/$file" ".tools/bin/$name"
  rm -rf "$work"
}
