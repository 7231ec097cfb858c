import { readdirSync } from "node:fs";

import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Forbid a folder to import from the ones above it: api, components, lib -> features -> pages -> app. */
const forbid = (files, groups, message) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: ["../*"], message: "Leave your folder through '@/', so that the direction of imports shows." },
          { group: groups, message },
        ],
      },
    ],
  },
});

const features = readdirSync("src/features");

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts", "public", "eslint.config.js"] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
    },
  },
  forbid(
    ["src/{api,components,lib,i18n}/**"],
    ["@/features/**", "@/pages/**", "@/app/**"],
    "The shared folders know no feature.",
  ),
  forbid(["src/pages/**"], ["@/app/**"], "A page does not know the application around it."),
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      [
        "@/pages/**",
        "@/app/**",
        ...features.filter((other) => other !== feature).map((other) => `@/features/${other}/**`),
      ],
      "Features never meet; a page composes them.",
    ),
  ),
);
