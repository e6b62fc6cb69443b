#!/usr/bin/env bash
# Builds everything and runs every suite. --long runs the long forms of the tests that have one.
set -euo pipefail
cd "$(dirname "$0")"

export BACKEND_TESTS_LONG=0
for argument in "$@"; do
  case "$argument" in
    --long) BACKEND_TESTS_LONG=1 ;;
    *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Backend.sln --configuration Release --disable-build-servers --verbosity quiet

# Tests that kill the service take it as it is shipped.
export BACKEND_TESTS_APP="$PWD/artifacts/app"
rm -rf "$BACKEND_TESTS_APP"
dotnet publish src/WebApi --configuration Release --no-build --output "$BACKEND_TESTS_APP" --disable-build-servers --verbosity quiet

# The servers that the tests start: DynamoDB, SQS and mail always, Postgres unless TEST_POSTGRES names another.
tests/Integration/servers/install

results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

passed=0 failed=0 skipped=0 broken=0
for suite in Unit Integration; do
  echo "== $suite"
  "tests/$suite/bin/Release/net10.0/Backend.$suite" -noColor -noLogo -result-xml "$results/$suite.xml" || broken=1

  # The closing line counts what the runner wrote down, so a suite that died without a report fails the run.
  if ! summary=$(grep -o '<assembly [^>]*>' "$results/$suite.xml"); then
    echo "$suite left no report" >&2
    failed=$((failed + 1))
    continue
  fi
  count() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$summary"; }
  passed=$((passed + $(count passed)))
  failed=$((failed + $(count failed) + $(count errors)))
  skipped=$((skipped + $(count skipped) + $(count not-run)))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$broken" -eq 0 ] && [ "$passed" -gt 0 ]
