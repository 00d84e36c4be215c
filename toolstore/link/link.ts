/**
 * A program with the stored tools that it calls, as one source: each tool is a function of its own
 * scope, handed in under its name, so that no helper of one is seen by another. Plain text work: the
 * sources stay unread, and are parsed where they run.
 */
import { InputError } from "../../src/core/errors.ts";
import type { Language, Program, ToolLink } from "../../src/core/execution.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import type { Tool } from "../../src/core/tool.ts";

/** Calls inside calls, at the most. */
const DEEPEST_USE = 8;
/** Tools behind one program in all, at the most. */
const MOST_TOOLS = 64;
const LINKABLE: readonly Language[] = ["javascript", "typescript"];

/** Gives the tool that a link means. @throws ToolNotFoundError */
export type ResolveTool = (link: ToolLink) => Promise<Tool>;

/** Pinned links by their version, others by the current one. */
export function resolverOf(store: Pick<ToolStore, "get">): ResolveTool {
  return ({ name, version }) => store.get(name, version);
}

/**
 * @returns The program itself if it uses nothing; else one that stands alone.
 * @throws InputError USES_CYCLE, USES_TOO_DEEP, USES_TOO_MANY, USES_TWICE, USES_NOT_LINKABLE, TOOL_NOT_FOUND:
 *   naming the way from the program to the tool at fault.
 */
export async function linkProgram(program: Program, resolve: ResolveTool): Promise<Program> {
  const { uses = [] } = program;
  if (uses.length === 0) return program;
  checkLinkable(program, program.entry);
  const linked = await closure(uses, [program.entry], resolve);
  const parts = [...linked.values()].map(
    ({ tool, local }) => `const ${local} = ${scoped(tool)}(${given(tool, linked)});`,
  );
  const typed =
    program.language === "typescript" ||
    [...linked.values()].some(({ tool }) => tool.language === "typescript");
  return {
    language: typed ? "typescript" : "javascript",
    entry: program.entry,
    // The program stands first, so that a line of it is the same line here.
    source: `var ${program.entry} = ${scoped(program)}(...(() => {\n${parts.join("\n")}\nreturn [${given(program, linked)}];\n})());\n`,
  };
}

interface Linked {
  readonly tool: Tool;
  /** Its name in the linked source. */
  readonly local: string;
}

/** Every tool behind the links, those that others need first. */
async function closure(
  links: readonly ToolLink[],
  path: readonly string[],
  resolve: ResolveTool,
  linked = new Map<string, Linked>(),
): Promise<Map<string, Linked>> {
  for (const [index, link] of links.entries()) {
    const way = [...path, keyOf(link)].join(" -> ");
    if (path.some((step) => step.split("@")[0] === link.name)) {
      throw new InputError(
        "USES_CYCLE",
        `Expected tools that do not call themselves, got the cycle ${way}: take one of the links out.`,
      );
    }
    if (path.length > DEEPEST_USE) {
      throw new InputError(
        "USES_TOO_DEEP",
        `Expected at most ${DEEPEST_USE} tools that call each other in a row, got ${way}: flatten them.`,
      );
    }
    if (links.findIndex(({ name }) => name === link.name) !== index) {
      throw new InputError(
        "USES_TWICE",
        `Expected each tool once in a list of used tools, got ${link.name} again at ${way}: keep one version of it.`,
      );
    }
    if (linked.has(keyOf(link))) continue;
    const tool = await resolve(link);
    checkLinkable(tool, way);
    await closure(tool.uses ?? [], [...path, keyOf(link)], resolve, linked);
    if (linked.size >= MOST_TOOLS) {
      throw new InputError(
        "USES_TOO_MANY",
        `Expected at most ${MOST_TOOLS} tools behind one program, got more at ${way}.`,
      );
    }
    linked.set(keyOf(link), { tool, local: `tool_${linked.size}_of_${path[0]}` });
  }
  return linked;
}

/** A function of the tools that it uses, which gives the program's own: nothing else is in its scope. */
function scoped({ source, entry, uses = [] }: Pick<Program, "source" | "entry" | "uses">): string {
  const names = uses.map(({ name }) => name).join(", ");
  return `((${names}) => { ${withoutExport(source)}\nreturn ${entry};\n})`;
}

/** What is handed to it, in the same order. */
function given({ uses = [] }: Pick<Program, "uses">, linked: ReadonlyMap<string, Linked>): string {
  return uses.map((link) => linked.get(keyOf(link))?.local).join(", ");
}

/** Inside a function an `export` is a fault; a habit of authors, not a part of the program. */
function withoutExport(source: string): string {
  return source.replace(
    /^export\s+(?:default\s+)?(?=(?:async\s+)?function\b|class\b|const\b|let\b|var\b)/gm,
    "",
  );
}

function checkLinkable(program: Pick<Program, "language">, way: string): void {
  if (LINKABLE.includes(program.language)) return;
  throw new InputError(
    "USES_NOT_LINKABLE",
    `Expected tools in JavaScript or TypeScript where one calls another, ${way} is ${program.language}: call it as a step of its own.`,
  );
}

function keyOf({ name, version }: ToolLink): string {
  return version === undefined ? name : `${name}@${version}`;
}
