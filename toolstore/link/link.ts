/**
 * Joins a program and the stored tools that it calls into one source. Each tool has its own function
 * scope and is passed to its callers under its name, so that its helpers are not visible to others.
 * This only composes text: the sources are parsed where they run.
 */
import { InputError } from "../../src/core/errors.ts";
import type { Language, Program, ToolLink } from "../../src/core/execution.ts";
import { moduleAsScript, withoutShebang } from "../../src/core/module-text.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";

/** Maximum depth of nested calls. */
const DEEPEST_USE = 8;
/** Maximum number of tools that one program calls, directly or indirectly. */
const MAX_TOOLS = 64;
const LINKABLE: readonly Language[] = ["javascript", "typescript"];

/** Returns the tool of a link. @throws ToolNotFoundError */
export type ResolveTool = (link: ToolLink) => Promise<Tool>;

/** Resolves pinned links to their version, other links to the current version. */
export function resolverOf(store: Pick<ToolStore, "get">): ResolveTool {
  return ({ name, version }) => store.get(name, version);
}

/**
 * @returns The program itself if it uses no tools; otherwise a program without links.
 * @throws InputError USES_CYCLE, USES_TOO_DEEP, USES_TOO_MANY, USES_TWICE, USES_NOT_LINKABLE, TOOL_NOT_FOUND:
 *   naming the path from the program to the faulty tool.
 */
export async function linkProgram(program: Program, resolve: ResolveTool): Promise<Program> {
  const { uses = [] } = program;
  if (uses.length === 0) return program;
  checkLinkable(program, program.entry);
  const linked = await closure(uses, [program.entry], resolve);
  const parts = [...linked.values()].map(
    ({ tool, local }) => `const ${local} = ${scoped(tool)}(${toolArguments(tool, linked)});`,
  );
  const typed =
    program.language === "typescript" ||
    [...linked.values()].some(({ tool }) => tool.language === "typescript");
  return {
    language: typed ? "typescript" : "javascript",
    entry: program.entry,
    // The program comes first, so that its line numbers stay the same.
    source: `var ${program.entry} = ${scoped(program)}(...(() => {\n${parts.join("\n")}\nreturn [${toolArguments(program, linked)}];\n})());\n`,
  };
}

interface Linked {
  readonly tool: Tool;
  /** Its name in the linked source. */
  readonly local: string;
}

/** Every tool reached through the links; a tool comes after the tools that it calls. */
async function closure(
  links: readonly ToolLink[],
  path: readonly string[],
  resolve: ResolveTool,
  linked = new Map<string, Linked>(),
): Promise<Map<string, Linked>> {
  for (const [index, link] of links.entries()) {
    const chain = [...path, keyOf(link)].join(" -> ");
    if (path.some((step) => step.split("@")[0] === link.name)) {
      throw new InputError(
        "USES_CYCLE",
        `Expected tools that do not call themselves, got the cycle ${chain}: remove one of the links.`,
      );
    }
    if (path.length > DEEPEST_USE) {
      throw new InputError(
        "USES_TOO_DEEP",
        `Expected at most ${DEEPEST_USE} tools that call each other in a row, got ${chain}: flatten them.`,
      );
    }
    if (links.findIndex(({ name }) => name === link.name) !== index) {
      throw new InputError(
        "USES_TWICE",
        `Expected each tool once in a list of used tools, got ${link.name} again at ${chain}: keep one version of it.`,
      );
    }
    if (linked.has(keyOf(link))) continue;
    const tool = await resolve(link);
    checkLinkable(tool, chain);
    await closure(tool.uses ?? [], [...path, keyOf(link)], resolve, linked);
    if (linked.size >= MAX_TOOLS) {
      throw new InputError(
        "USES_TOO_MANY",
        `Expected one program to use at most ${MAX_TOOLS} tools, got more at ${chain}: use fewer.`,
      );
    }
    linked.set(keyOf(link), { tool, local: `tool_${linked.size}_of_${path[0]}` });
  }
  return linked;
}

/** A function that takes the used tools and returns the program's entry; its scope has nothing else. */
function scoped({ source, entry, uses = [] }: Pick<Program, "source" | "entry" | "uses">): string {
  const names = uses.map(({ name }) => name).join(", ");
  return `((${names}) => { ${moduleAsScript(withoutShebang(source), entry)}\nreturn ${entry};\n})`;
}

/** The arguments for that function, in the same order. */
function toolArguments(
  { uses = [] }: Pick<Program, "uses">,
  linked: ReadonlyMap<string, Linked>,
): string {
  return uses.map((link) => linked.get(keyOf(link))?.local).join(", ");
}

function checkLinkable(program: Pick<Program, "language">, chain: string): void {
  if (LINKABLE.includes(program.language)) return;
  throw new InputError(
    "USES_NOT_LINKABLE",
    `Expected JavaScript or TypeScript where one tool calls another, but ${chain} is ${program.language}: call it in a separate step.`,
  );
}

function keyOf({ name, version }: ToolLink): string {
  return version === undefined ? name : `${name}@${version}`;
}
