import js from "@eslint/js";
import globals from "globals";

/** Rules that are off, each with the reason. Whatever ESLint has beside these is on. */
const OFF = {
  camelcase: "what the server sends and takes has the names of its columns",
  "capitalized-comments": "a comment may begin with a name of the code",
  "class-methods-use-this": "a step of a class stays with it, also when it needs nothing of it yet",
  "consistent-return": "`return act()` that ends a step early stands beside a step that just ends",
  "func-style": "functions are declarations, and short ones are arrows: both",
  "id-length": "x, y, i and n say enough in a line",
  "init-declarations": "what is set on the next line, or in a branch, needs no value before",
  "max-classes-per-file": "two small classes that only know each other stand together",
  "max-lines": "a page that is one state machine is read as one file",
  "max-statements": "complexity is held; a list of steps without a branch may be long",
  "no-await-in-loop": "slices, saves and tries go one after the other, on purpose",
  "no-continue": "an early `continue` reads as an early `return` does",
  "no-empty-function": "`() => {}` is how a refusal that changes nothing is taken",
  "no-inline-comments": "the types of JSDoc stand where the value is",
  "no-loop-func": "a handler for each of two events may share a variable",
  "no-magic-numbers": "a number beside its use says more than its name, except where it is a bound: those have names",
  "no-multi-assign": "several clocks are set to the same moment at once",
  "no-negated-condition": "the usual case comes first, also when that is the negated one",
  "no-nested-ternary": "a word that depends on two facts is one expression",
  "no-plusplus": "`i++` in a loop is plain",
  "no-promise-executor-return": "the short form `new Promise((resolve) => setTimeout(resolve, ms))` is clear",
  "no-ternary": "a value that depends on one fact is one expression",
  "no-undefined": "`undefined` is a value of the language, and asked for by name",
  "no-unmodified-loop-condition": "it takes a guard for a condition",
  "no-void": "`void` says that nobody waits for this promise",
  "one-var": "one declaration for each thing",
  "prefer-destructuring": "`this.a = other.a` is as clear",
  "prefer-named-capture-group": "a pattern with one group needs no name for it",
  "require-atomic-updates": "it cannot know that each page runs one of these at a time, and says so of every field after an await",
  "require-await": "a function is async where its callers wait for it",
  "require-unicode-regexp": "the patterns look for ASCII in texts of protocols",
  "sort-imports": "imports go by file",
  "sort-keys": "keys go in the order in which they are read or shown",
};

export default [
  js.configs.all,
  {
    files: ["webapp/static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...Object.fromEntries(Object.keys(OFF).map((rule) => [rule, "off"])),
      complexity: ["error", 16],
      curly: ["error", "multi-line"],
      "max-params": ["error", 6],
      "max-depth": ["error", 4],
      "no-console": ["error", { allow: ["warn", "error"] }],
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
    },
  },
  {
    // ui serves every page and knows none.
    files: ["webapp/static/js/ui/*.js"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex: "^\\.\\./", message: "ui knows no page" }] }] },
  },
  {
    // The pages know ui, and nothing of each other.
    files: ["webapp/static/js/*/*.js"],
    ignores: ["webapp/static/js/ui/*.js"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex: "^\\.\\./(?!ui/)", message: "one page knows nothing of another" }] }],
    },
  },
];
