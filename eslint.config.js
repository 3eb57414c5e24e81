import js from "@eslint/js";
import globals from "globals";

const FOLDERS = ["exam", "desk", "draft"];

export default [
  js.configs.recommended,
  {
    files: ["webapp/static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      complexity: ["error", 16],
      "consistent-return": "off", // `return act()` that ends a step early stands beside a step that just ends
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-depth": ["error", 4],
      "no-alert": "error",
      "no-console": ["error", { allow: ["warn", "error"] }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-param-reassign": "error",
      "no-promise-executor-return": "off", // the short form `new Promise((resolve) => setTimeout(resolve, ms))` is clear
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unreachable-loop": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-useless-concat": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    // ui serves every page and knows none.
    files: ["webapp/static/js/ui/*.js"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex: "^\\.\\./", message: "ui knows no page" }] }] },
  },
  {
    // The pages know ui, and nothing of each other.
    files: FOLDERS.map((folder) => `webapp/static/js/${folder}/*.js`),
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex: "^\\.\\./(?!ui/)", message: "one page knows nothing of another" }] }],
    },
  },
];
