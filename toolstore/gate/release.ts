/**
 * Semantic versions of tools, derived from what changed: nobody has to remember to raise one.
 */
import { InputError } from "../../src/core/errors.ts";
import type { Execution } from "../../src/core/execution.ts";
import { canonicalJson, type Json, sameJson } from "../../src/core/json.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import { actsOutside, type JsonSchema, type Tool } from "../../src/core/tool.ts";
import { checkUses } from "../link/graph.ts";

export type Change = "signature" | "behaviour" | "inside";

/** Runs a tool on argument lists, in order. */
export type RunTool = (
  tool: Tool,
  inputs: readonly (readonly Json[])[],
) => Promise<readonly Execution[]>;

/**
 * The release after another: a changed signature is a new major, changed behaviour a new minor, a
 * change inside a new patch. Records without a release, of an earlier engine, count as 0.VERSION.0.
 */
function releaseAfter(previous: Pick<Tool, "release" | "version">, change: Change): string {
  const text = previous.release ?? `0.${previous.version}.0`;
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  switch (change) {
    case "signature":
      return `${major + 1}.0.0`;
    case "behaviour":
      return `${major}.${minor + 1}.0`;
    case "inside":
      return `${major}.${minor}.${patch + 1}`;
  }
}

/** Whether callers would notice by types alone: names, types and their order, not the wording. */
function sameSignature(before: Tool, after: Tool): boolean {
  const text = ({ signature }: Tool) => signature.replace(/^\s*function\s+/, "").replace(/\s/g, "");
  const types = ({ parameters, result }: Tool) =>
    canonicalJson([plain(parameters), order(parameters), plain(result)]);
  return text(before) === text(after) && types(before) === types(after);
}

const WORDING = new Set(["description", "title", "examples", "$comment", "default"]);

function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(WORDING.has(key) && typeof item !== "object"))
      .map(([key, item]) => [key, plain(item)]),
  );
}

/** Canonical text sorts keys, and arguments are told by their place. */
function order({ properties }: JsonSchema): Json {
  return properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
}

const MOST_INPUTS = 200;

/**
 * What a version changed against the one before it. Behaviour is compared on the cases of both; with
 * none, or where a call could change something outside, other code counts as other behaviour.
 */
async function changeBetween(before: Tool, after: Tool, run: RunTool): Promise<Change> {
  if (!sameSignature(before, after)) return "signature";
  const cases = new Map(
    [...before.cases, ...after.cases].map(({ args }) => [canonicalJson(args), args]),
  );
  const inputs = [...cases.values()].slice(0, MOST_INPUTS);
  if (inputs.length === 0 || actsOutside(before) || actsOutside(after)) return "behaviour";
  const [old, young] = [await run(before, inputs), await run(after, inputs)];
  return inputs.every((_, index) => alike(old[index], young[index])) ? "inside" : "behaviour";
}

function alike(left: Execution | undefined, right: Execution | undefined): boolean {
  if (left?.status !== "returned" || right?.status !== "returned") {
    return left?.status !== "returned" && right?.status !== "returned";
  }
  return sameJson(left.output, right.output, 1e-9);
}

/** A store whose new versions carry a release, and whose tools call only tools that are there. */
export function releasingToolStore(store: ToolStore, run: RunTool): ToolStore {
  return {
    ...store,
    async put(tool) {
      if (tool.uses !== undefined && tool.uses.length > 0) await checkUses(store, tool);
      if (tool.release !== undefined) return store.put(tool);
      const previous = tool.version === 1 ? undefined : await newest(store, tool.name);
      if (previous === undefined) return store.put({ ...tool, release: "1.0.0" });
      // The same code again is no new version, and one with a gap is refused below.
      if (previous.digest === tool.digest || previous.version !== tool.version - 1) {
        return store.put(tool);
      }
      const change = await changeBetween(previous, tool, run);
      return store.put({ ...tool, release: releaseAfter(previous, change) });
    },
  };
}

async function newest(store: ToolStore, name: string): Promise<Tool | undefined> {
  try {
    return (await store.history(name)).at(-1);
  } catch (error) {
    if (error instanceof InputError && error.code === "TOOL_NOT_FOUND") return undefined;
    throw error;
  }
}
