/** Semantic versions of tools, derived from what changed. */
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
 * The release after `previous`: a changed signature gives a new major, changed behaviour a new minor,
 * an internal change a new patch. Records of earlier engines without a release count as 0.VERSION.0.
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

/** Whether the signatures are equal for callers: names, types and their order, not descriptions. */
function sameSignature(before: Tool, after: Tool): boolean {
  const text = ({ signature }: Tool) => signature.replace(/^\s*function\s+/, "").replace(/\s/g, "");
  const types = ({ parameters, result }: Tool) =>
    canonicalJson([typesIn(parameters), order(parameters), typesIn(result)]);
  return text(before) === text(after) && types(before) === types(after);
}

const DESCRIPTIVE = new Set(["description", "title", "examples", "$comment", "default"]);

function typesIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(typesIn);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(DESCRIPTIVE.has(key) && typeof item !== "object"))
      .map(([key, item]) => [key, typesIn(item)]),
  );
}

/** Canonical JSON sorts keys, but arguments are positional. */
function order({ properties }: JsonSchema): Json {
  return properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
}

const MAX_INPUTS = 200;

/**
 * What a version changed compared with the one before it. Behaviour is compared on the cases of both;
 * without cases, or if a call could change something outside, different code counts as different
 * behaviour.
 */
async function changeBetween(before: Tool, after: Tool, run: RunTool): Promise<Change> {
  if (!sameSignature(before, after)) return "signature";
  const cases = new Map(
    [...before.cases, ...after.cases].map(({ args }) => [canonicalJson(args), args]),
  );
  const inputs = [...cases.values()].slice(0, MAX_INPUTS);
  if (inputs.length === 0 || actsOutside(before) || actsOutside(after)) return "behaviour";
  const [earlier, later] = [await run(before, inputs), await run(after, inputs)];
  const same = inputs.every((_, index) => sameOutcome(earlier[index], later[index]));
  return same ? "inside" : "behaviour";
}

function sameOutcome(left: Execution | undefined, right: Execution | undefined): boolean {
  if (left?.status !== "returned" || right?.status !== "returned") {
    return left?.status !== "returned" && right?.status !== "returned";
  }
  return sameJson(left.output, right.output, 1e-9);
}

/** Wraps a store: a new version gets a release, and may call only tools that exist. */
export function releasingToolStore(store: ToolStore, run: RunTool): ToolStore {
  return {
    ...store,
    async put(tool) {
      if (tool.uses !== undefined && tool.uses.length > 0) await checkUses(store, tool);
      if (tool.release !== undefined) return store.put(tool);
      const previous = tool.version === 1 ? undefined : await newest(store, tool.name);
      if (previous === undefined) return store.put({ ...tool, release: "1.0.0" });
      // The same code is not a new version; a gap in the versions is refused by the store.
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
