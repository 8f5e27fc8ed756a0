#!/bin/sh
# Makes the bindings anew: ./generate.sh [OUTPUT_FOLDER]
# The default output folder is native-bindings/src/generated/java.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=${1:-$here/../native-bindings/src/generated/java}
package=io.github.conv4j.onednn.generated

fail() {
  printf 'generate.sh: %s\n' "$1" >&2
  exit 1
}

pinned() {
  value=$(sed -n "s/^$1=//p" "$here/versions.properties")
  [ -n "$value" ] || fail "versions.properties has no value for $1."
  printf '%s\n' "$value"
}

if [ -n "${JEXTRACT_HOME:-}" ]; then
  jextract=$JEXTRACT_HOME/bin/jextract
  [ -x "$jextract" ] || fail "JEXTRACT_HOME is set, but $jextract cannot be run."
else
  jextract=$(command -v jextract) ||
    fail "jextract is neither on PATH nor in JEXTRACT_HOME; install a build for JDK $(pinned jdk.feature)."
fi

found=$("$jextract" --version 2>&1) || fail "$jextract does not start: $found"
case $found in
  *"JDK version $(pinned jdk.feature)"*) ;;
  *) fail "jextract must run on JDK $(pinned jdk.feature), but says: $(printf '%s' "$found" | tr '\n' ' ')" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

version=$(pinned onednn.version)
classifier=$(pinned onednn.headers.classifier)
jar=dnnl-$version-$classifier.jar
if [ -n "${ONEDNN_JAR:-}" ]; then
  [ -r "$ONEDNN_JAR" ] || fail "ONEDNN_JAR is set, but $ONEDNN_JAR cannot be read."
  cp "$ONEDNN_JAR" "$work/$jar"
else
  command -v mvn >/dev/null || fail "mvn is not on PATH; install Maven, or set ONEDNN_JAR to $jar."
  plugin=org.apache.maven.plugins:maven-dependency-plugin:$(pinned maven.dependency.plugin.version)
  (cd "$work" && mvn -B -q "$plugin:copy" \
    "-Dartifact=org.bytedeco:dnnl:$version:jar:$classifier" "-DoutputDirectory=$work") >"$work/mvn.log" 2>&1 ||
    fail "Maven could not fetch $jar: $(grep -m 1 ERROR "$work/mvn.log" || tail -n 1 "$work/mvn.log")"
fi
[ -r "$work/$jar" ] || fail "Maven reported success, but $jar is not there."
command -v unzip >/dev/null || fail "unzip is not on PATH; install it to unpack the headers."
unzip -q "$work/$jar" "org/bytedeco/dnnl/$classifier/include/*" -d "$work/headers"

"$jextract" \
  -I "$work/headers/org/bytedeco/dnnl/$classifier/include" \
  --target-package "$package" \
  --header-class-name dnnl_h \
  --output "$work/out" \
  "@$here/includes.conf" \
  "$here/onednn.h" || fail "jextract failed, see its messages above."

# A name that is misspelt in includes.conf is otherwise left out in silence.
sed -n 's/^--include-[a-z]* *\([A-Za-z0-9_]*\).*/\1/p' "$here/includes.conf" |
  while read -r symbol; do
    grep -rqw -e "$symbol" "$work/out" || fail "includes.conf names $symbol, which is not in the headers."
  done

folder=$output/$(printf '%s' "$package" | tr . /)
rm -rf "$folder"
mkdir -p "$folder"
cp "$work/out/$(printf '%s' "$package" | tr . /)"/*.java "$folder/"
"$here/free-of-long.sh" "$folder"
printf 'generate.sh: %s files in %s\n' "$(find "$folder" -name '*.java' | wc -l | tr -d ' ')" "$folder"
