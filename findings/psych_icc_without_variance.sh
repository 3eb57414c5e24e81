#!/bin/sh
# R's psych 2.2.9 (with lme4 1.1-31): ICC() says that raters agree by 0.48 to 0.75 in a table in which every score is 3.
# The search of lmer, which it uses unless told not to, stops at variances that are nothing but rounding; with
# lmer=FALSE it says 0. It warns that the model did not converge, and prints the table as ever. Both read as a
# measurement, and there is none: pingouin, krippendorff and irrCAC say nan.
# Exits 0 while that is so. Needs Debian 12 (as root it installs r-cran-psych and r-cran-lme4 itself).
set -eu
command -v Rscript > /dev/null && Rscript -e 'library(psych); library(lme4)' > /dev/null 2>&1 ||
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends r-cran-psych r-cran-lme4 > /dev/null
exec Rscript - <<'R'
suppressPackageStartupMessages(library(psych))
cat(R.version.string, "psych", as.character(packageVersion("psych")), "lme4", as.character(packageVersion("lme4")), "\n")
constant <- matrix(3, nrow = 6, ncol = 3)
by_default <- suppressMessages(ICC(constant))$results$ICC
by_anova <- suppressMessages(ICC(constant, lmer = FALSE))$results$ICC
cat("by default:", format(by_default, digits = 4), "\nwith lmer=FALSE:", format(by_anova, digits = 4), "\n")
quit(status = if (all(by_default > 0.4) && all(abs(by_anova) < 1e-9)) 0 else 1)
R
