/**
 * Joins the guest files into one text, because code inside the sandbox cannot import our files.
 *
 * A guest file imports only Node's modules and the guest files before it in the list. The exports and
 * the relative imports are removed. When running from source, the types are stripped; a build has
 * already removed them.
 */
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

const ROLES = {
  candidate: [
    "../../src/core/strip-types",
    "../../src/core/module-text",
    "../isolate/prelude",
    "../isolate/realm",
    "frames",
    "blocking",
    "values",
    "program-text",
    "realm",
    "candidate",
  ],
  harness: [
    "../../src/core/strip-types",
    "../../src/core/module-text",
    "../isolate/prelude",
    "../isolate/realm",
    "../isolate/result-text",
    "../isolate/harness-realm",
    "frames",
    "blocking",
    "values",
    "program-text",
    "realm",
    "harness",
  ],
  cells: ["frames", "blocking", "cells"],
  supervisor: ["frames", "supervise-common", "supervise-shell", "supervise-session", "supervisor"],
} as const;

const linked = new Map<keyof typeof ROLES, string>();

/** An ES module without relative imports, for `node --input-type=module --eval`. */
export function linkGuest(role: keyof typeof ROLES): string {
  const known = linked.get(role);
  if (known !== undefined) return known;
  const seen = new Set<string>();
  const text = ROLES[role]
    .map((name) => (name.startsWith(".") ? name : `./${name}`))
    .map((name) => readFileSync(new URL(`${name}${EXTENSION}`, import.meta.url), "utf8"))
    .map((source) => (EXTENSION === ".ts" ? withoutTypes(source) : source))
    .map((source) =>
      source
        .replace(/^import\s[^;]*?from\s+"(.*?)";$/gm, (whole, from: string) => {
          if (from.startsWith(".")) return "";
          // Two files may import the same names from one module.
          const names = (/\{([^}]*)\}/.exec(whole)?.[1] ?? "").split(",").map((n) => n.trim());
          const fresh = names.filter((n) => n !== "" && !seen.has(n));
          for (const name of fresh) seen.add(name);
          return fresh.length === 0 ? "" : `import { ${fresh.join(", ")} } from "${from}";`;
        })
        .replace(/^export\s+(?=(async\s+)?(function|const|class)\b)/gm, "")
        .replace(/^export \{\};$/gm, "")
        .replace(/^\/\/# sourceMappingURL=.*$/gm, ""),
    )
    .join("\n");
  linked.set(role, text);
  return text;
}

/** Suppresses Node's warning that this function is experimental. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
