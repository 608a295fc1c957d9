#!/bin/sh
# Lock every requirements file with hashes, without naming the registry that served them.
set -eu
cd "$(dirname "$0")"
for name in base local dev; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --prerelease=disallow --no-header \
        "$@" "$name.in" --output-file "$name.txt"
done
