#!/bin/sh
# Makes generated bindings independent of the size of C's long: ./free-of-long.sh FOLDER
# The last step of generate.sh. jextract writes int64_t and size_t as the type that the machine it runs on gives them,
# which on Linux is long; of long it takes for granted that it has 64 bits, as it has there and not on Windows, where the
# class with that cast could not even be initialised. Both types have 64 bits on every platform, as long long has.
# So every use of C_LONG becomes C_LONG_LONG, and the definition of C_LONG goes. No function that is bound has a
# parameter of type long itself; BindingsTest would say so, since it knows no Java type for it.
set -eu

folder=$1
for file in "$folder"/*.java; do
  sed -e '/ C_LONG = /d' \
    -e 's/\([^A-Za-z0-9_]\)C_LONG\([^A-Za-z0-9_]\)/\1C_LONG_LONG\2/g' \
    -e 's/\([^A-Za-z0-9_]\)C_LONG$/\1C_LONG_LONG/' "$file" >"$file.new"
  mv "$file.new" "$file"
done
if grep -nE '(^|[^A-Za-z0-9_])C_LONG([^A-Za-z0-9_]|$)|\.get\("long"\)' "$folder"/*.java; then
  printf 'free-of-long.sh: the lines above still depend on the size of long.\n' >&2
  exit 1
fi
