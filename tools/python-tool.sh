# For other scripts to source, from the root: what they say, and Python programs in folders of their own.

say() { printf '\033[2m[setup]\033[0m %s\n' "$*"; }
fail() { printf '[setup] %s\n' "$2" >&2; exit "$1"; }

# python_tool FOLDER PACKAGE VERSION [MORE PACKAGES]: brings it into .tools/FOLDER; when it is there, takes no time.
python_tool() {
  local folder=$1 package=$2 version=$3
  shift 3
  local home="$PWD/.tools/$folder"
  [ -f "$home/.version" ] && [ "$(cat "$home/.version")" = "$version" ] && return
  python3 -c 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    fail 3 "no python3 from 3.10 on with venv is on PATH, so that $package cannot run"
  say "installing $package $version"
  mkdir -p .tools
  rm -rf "$home"
  {
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "$package==$version" "$@"
  } >".tools/$folder.log" 2>&1 || fail 1 "$package could not be installed (log: .tools/$folder.log)"
  echo "$version" >"$home/.version"
}
