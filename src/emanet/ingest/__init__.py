# SPDX-License-Identifier: Apache-2.0
"""From the drop area to a planned accession: discover, survey, check, judge, assemble."""
