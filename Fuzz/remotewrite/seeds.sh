#!/bin/sh
# Fills DIR with messages to begin with: a series with two labels and a sample, labels in disorder, an exemplar and a
# histogram, metadata; and the first of them as a block of snappy (a literal of 34 bytes).
set -eu
dir=$1
first='\012\040\012\016\012\010__name__\022\002up\022\013\011\000\000\000\000\000\000\360\077\020\001\032\001\000'
# shellcheck disable=SC2059 # the formats are the bytes
{
    printf "$first" >"$dir/seed-1"
    printf '\012\042\012\006\012\001z\022\001y\012\016\012\010__name__\022\002up\022\002\020\001\032\000\042\000' >"$dir/seed-2"
    printf '\032\020\010\001\022\002up\042\004Help\052\002ms' >"$dir/seed-3"
    printf "\\042\\204$first" >"$dir/seed-4"
}
