#!/usr/bin/env bash
# The long look at files of strangers: packages are fetched into a folder (no script of theirs is run), then every file is
# read (sweep.py) and compared with what other parsers see (differential.py). Run by `make corpora`; nothing is committed.
#
#   scripts/corpora.sh FOLDER     what is in FOLDER already is not fetched again; PYTHON names the interpreter
set -euo pipefail
place=${1:?a folder for the packages}
python=${PYTHON:-python3}
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
npm="test262-parser-tests @babel/parser core-js lodash antd element-ui vuetify vue astro @sveltejs/kit typescript date-fns rxjs"
pip="ansible django wagtail sphinx kubernetes checkov botocore twisted"

mkdir -p "$place/npm" "$place/pip"
for name in $npm; do
  folder="$place/npm/${name//\//-}"
  [ -d "$folder" ] && continue
  archive=$(cd "$place/npm" && npm pack --silent --ignore-scripts "$name")
  mkdir "$folder"
  tar -xzf "$place/npm/$archive" -C "$folder"
done
for name in $pip; do
  folder="$place/pip/$name"
  [ -d "$folder" ] && continue
  "$python" -m pip download --quiet --no-deps --only-binary :all: --dest "$place/pip/wheels-$name" "$name"
  "$python" -m zipfile -e "$place/pip/wheels-$name"/*.whl "$folder"
done

tests=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
status=0
"$python" "$scripts/sweep.py" "$place" "$tests" || status=1
"$python" "$scripts/differential.py" "$place" "$tests" || status=1
exit "$status"
