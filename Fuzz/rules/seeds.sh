#!/bin/sh
# Fills DIR with the rule files and tests that promtool sees too.
set -eu
cp "$(dirname "$0")"/../../Tests/EndToEndTests/RuleFiles/*.yml "$1"
