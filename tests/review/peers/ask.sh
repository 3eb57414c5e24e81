#!/bin/sh
# Asks R's psych and four Python packages about tables.json, and writes what they said to said.json. The tests read that
# file, so they need neither R nor these packages. Needs Rscript with psych, lme4 and jsonlite (Debian: r-cran-psych,
# r-cran-lme4, r-cran-jsonlite) and python3.11, since irrCAC pins a scipy that no newer one takes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/one"
"$folder/one/bin/pip" install --quiet pingouin==0.7.0 krippendorff==0.9.0 scikit-learn==1.9.1
python3.11 -m venv "$folder/two"
"$folder/two/bin/pip" install --quiet irrCAC==0.4.4
Rscript "$here/ask.R" "$here/tables.json" > "$folder/r.json"
"$folder/one/bin/python" "$here/ask.py" "$here/tables.json" > "$folder/one.json"
"$folder/two/bin/python" "$here/irr.py" "$here/tables.json" > "$folder/two.json"
python3 "$here/join.py" "$folder/r.json" "$folder/one.json" "$folder/two.json" > "$here/said.json"
