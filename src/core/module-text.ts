/**
 * The text of a module as a script that defines its entry under its name. Drivers run scripts, and
 * people's files are modules: ES modules, CommonJS modules, files with a shebang line.
 *
 * Works on text, without a parser, because it also runs inside sandboxes. Every line keeps its number.
 */

/** A default export becomes this variable. */
const DEFAULT = "toolwright_default";
/** Whether lines assign to what a CommonJS module exports. */
const COMMON = /^[ \t]*(?:module\.exports|exports\.[\w$]+)\b[^=\n]*=(?!=)/m;
const NAME = "[A-Za-z_$][\\w$]*";

/** The first line of a script for Unix names its interpreter; a function body must not begin so. */
export function withoutShebang(source: string): string {
  return source.replace(/^#!/, "//");
}

/** Whether the text assigns to what a CommonJS module exports, and defines no such names itself. */
export function isCommonModule(source: string): boolean {
  return COMMON.test(source) && !declares(source, "module") && !declares(source, "exports");
}

/**
 * @param entry The function to call. A function of this name comes first; else the default export, the
 *   method or field of this name in what is exported, or the only function in it.
 * @returns The same text if it exports nothing.
 */
export function moduleAsScript(source: string, entry: string): string {
  const common = isCommonModule(source);
  const { text, exported } = withoutExports(source);
  if (!common && text === source) return source;
  const value = common ? "module.exports" : exported;
  const found =
    value === undefined || declares(source, entry)
      ? ""
      : `\n;var ${entry} = (${exportedFunction.toString()})(${value}, ${JSON.stringify(entry)});`;
  const strict = /^\s*(["'])use strict\1/.test(source) ? '"use strict"; ' : "";
  const head = common ? `${strict}var module = { exports: {} }, exports = module.exports; ` : "";
  return head + text + found;
}

/** Names of the functions that a text defines at the start of a line, for messages. */
function functionsIn(source: string): readonly string[] {
  const definition = new RegExp(
    `^(?:export\\s+(?:default\\s+)?)?(?:(?:async\\s+)?function\\s*\\*?\\s*(${NAME})|(?:const|let|var)\\s+(${NAME})\\s*=\\s*(?:async\\b\\s*)?(?:function\\b|\\(|${NAME}\\s*=>))`,
    "gm",
  );
  return [...source.matchAll(definition)].map(
    ([, declared, assigned]) => declared ?? assigned ?? "",
  );
}

/** Why a text that ran has no entry: what it defines in its place. */
export function missingEntry(source: string, entry: string): string {
  const names = functionsIn(source);
  if (names.length > 0) return `it defines ${names.slice(0, 10).join(", ")}`;
  const bare = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "").trim();
  return bare === "" ? "it is empty" : `write a function ${entry}`;
}

function declares(source: string, name: string): boolean {
  const escaped = name.replaceAll("$", "\\$");
  return new RegExp(`\\b(?:function\\s*\\*?|class|const|let|var)\\s+${escaped}(?![\\w$])`).test(
    source,
  );
}

/** The text with plain declarations, and the expression of its default export. */
function withoutExports(source: string): { text: string; exported: string | undefined } {
  let exported: string | undefined;
  const at = (form: string): RegExp => new RegExp(`(^|[;}])([ \\t]*)export\\s+${form}`, "gm");
  const text = source
    .replace(
      at("\\{([^}]*)\\}[ \\t]*(?!\\s*from\\b);?"),
      (whole, before: string, space: string, list: string) => {
        exported = new RegExp(`(${NAME})\\s+as\\s+default\\b`).exec(list)?.[1] ?? exported;
        return before + space + whole.slice(before.length + space.length).replace(/[^\n]/g, " ");
      },
    )
    .replace(
      at(
        `default\\s+(?=(?:async\\s+)?function\\b\\s*\\*?\\s*(${NAME})|class\\s+(?!extends\\b)(${NAME}))`,
      ),
      (_, before: string, space: string, called?: string, classed?: string) => {
        exported = called ?? classed;
        return before + space;
      },
    )
    .replace(at("default\\s+"), (_, before: string, space: string) => {
      exported = DEFAULT;
      return `${before}${space}var ${DEFAULT} = `;
    })
    .replace(at("(?=(?:async\\s+)?function\\b|class\\b|const\\b|let\\b|var\\b)"), "$1$2");
  return { text, exported };
}

/** Runs in the script itself, so it refers to nothing outside. */
function exportedFunction(exported: unknown, entry: string): unknown {
  let value = exported;
  let names: readonly string[] = [];
  if (typeof value === "function") {
    if (!/^class\b/.test(Function.prototype.toString.call(value))) return value;
    const made: object = Reflect.construct(value, []);
    names = Object.getOwnPropertyNames(Object.getPrototypeOf(made));
    value = made;
  }
  if (typeof value === "object" && value !== null) {
    const holder = value as Readonly<Record<string, unknown>>;
    const known = [...Object.keys(holder), ...names].filter(
      (name) => name !== "constructor" && typeof holder[name] === "function",
    );
    const only = known.length === 1 ? known[0] : undefined;
    const chosen = [entry, "default"].find((name) => known.includes(name)) ?? only;
    const method = chosen === undefined ? undefined : holder[chosen];
    if (typeof method === "function") return method.bind(holder);
    throw new TypeError(
      `expected ${entry} among the exported functions, got ${known.join(", ") || "none"}`,
    );
  }
  throw new TypeError(
    `expected a function as the export, got ${value === null ? "null" : typeof value}`,
  );
}
