# What psych says of each table: the six ICCs by its default (lmer) and by analysis of variance, and the weighted kappas.
suppressPackageStartupMessages({library(psych); library(jsonlite)})
tables <- fromJSON(commandArgs(TRUE)[1], simplifyVector = FALSE)
cells <- function(rows) t(sapply(rows, function(row) sapply(row, function(x) if (is.null(x)) NA else x)))
ask <- function(expression) tryCatch(suppressMessages(suppressWarnings(expression)), error = function(e) NULL)
plain <- function(x) if (is.null(x) || length(x) != 1 || !is.finite(x)) NA else x
said <- lapply(tables, function(rows) {
  table <- cells(rows)
  if (length(rows[[1]]) == 1) table <- t(table)
  told <- list()
  for (lmer in c(TRUE, FALSE)) {
    found <- ask(ICC(table, lmer = lmer))
    values <- if (is.null(found)) rep(NA, 6) else found$results$ICC
    names(values) <- c("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")
    told[[if (lmer) "psych ICC" else "psych ICC(lmer=FALSE)"]] <- as.list(sapply(values, plain))
  }
  # The one-way form where the numbers of scores differ: k0 takes the place of k.
  long <- na.omit(data.frame(score = as.vector(table), subject = factor(rep(seq_len(nrow(table)), ncol(table)))))
  sizes <- base::table(long$subject)
  long <- long[long$subject %in% names(sizes[sizes > 1]), ]
  sizes <- sizes[sizes > 1]
  if (length(sizes) > 1 && anyNA(table)) {
    squares <- anova(lm(score ~ subject, long))[["Mean Sq"]]
    k <- (sum(sizes) - sum(sizes^2) / sum(sizes)) / (length(sizes) - 1)
    told[["R anova, k0"]] <- list(
      icc1 = plain((squares[1] - squares[2]) / (squares[1] + (k - 1) * squares[2])),
      icc1k = plain((squares[1] - squares[2]) / squares[1])
    )
  }
  if (ncol(table) == 2) {
    kept <- table[complete.cases(table), , drop = FALSE]
    levels <- sort(unique(as.vector(kept)))
    weights <- function(power) abs(outer(1:5, 1:5, "-"))^power
    kappa <- function(power) {
      w <- 1 - weights(power) / 4^power
      plain(ask(cohen.kappa(kept, w = w, levels = 1:5)$weighted.kappa))
    }
    told[["psych cohen.kappa(levels=1:5)"]] <- list(kappa_linear = kappa(1), kappa_quadratic = kappa(2))
  }
  told
})
cat(toJSON(said, auto_unbox = TRUE, na = "null", digits = 12, pretty = TRUE))
