#!/bin/sh
# Each barrier, commit, wait and fence of a kernel of every family left out, and each wait made weaker: prints a line for each with what the emulator finds,
# or why it is harmless. Ends with 1 if one gives other numbers without a finding.
set -u
here=$(cd "${0%/*}" && pwd -P)
"$here/../../test" -pl tests -am -Dtest=GpuBarriersTest,GpuGroupsTest,GpuStagesTest,GpuBulkTest -Dsurefire.failIfNoSpecifiedTests=false > /dev/null
status=$?
grep '^mutant' "$here/../../target/test.log"
exit $status
