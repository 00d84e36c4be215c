/**
 * Applies a manifest:
 *
 *   read     its files                                     files -> entries
 *   check    as a whole, against what exists               entries -> faults
 *   compare  what is created, configured, unchanged
 *   write    in one transaction
 *   effect   tools become stored tools, each run one request
 *
 * If the process stops after the transaction, the next `apply` completes the rest.
 */
import { type Config, modelOfRole } from "../core/config.ts";
import { ConfigError, ToolNotFoundError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { EventStore, ToolStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { Request } from "../core/request.ts";
import type { Tool } from "../core/tool.ts";
import type { Requests } from "../request/requests.ts";
import type { AgentSource } from "../request/walk-agent.ts";
import { checkManifest, overlaid } from "./check.ts";
import { badManifest } from "./faults.ts";
import type { Applied, ManifestObjects } from "./objects.ts";
import { type Entry, type ManifestFile, readManifest } from "./read.ts";
import { neededBy, runsOf } from "./runs.ts";
import type { Objects } from "./schema.ts";
import { commandOf, ORIGIN, toolOfManifest } from "./tool.ts";

export interface ApplyOptions {
  /** Reports what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** Also applies runs whose agents have tools that cannot run here. */
  readonly allowUnavailable?: boolean;
}

export interface AppliedManifest {
  /** In the order of the manifest. */
  readonly objects: readonly Applied[];
  /** Tools that cannot run on this machine now, with the reason. */
  readonly unavailable: readonly { readonly tool: string; readonly reason: string }[];
  /** Tools that run differently than the manifest says, and how. */
  readonly remarks: readonly { readonly tool: string; readonly text: string }[];
  /** New requests of this manifest; a worker carries them out. */
  readonly submitted: readonly string[];
}

export interface ApplyPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly submit: Requests["submit"];
  /** Why a command cannot run here. */
  readonly unavailable: (
    command: NonNullable<ReturnType<typeof commandOf>>,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  readonly remark: (command: NonNullable<ReturnType<typeof commandOf>>) => string | undefined;
  readonly digest: (tool: Omit<Tool, "digest">) => string;
  /** ISO 8601. */
  readonly now: () => string;
  /** Called after each write; for crash tests. */
  readonly onWrite: () => void;
  /** Names of the engine's functions. */
  readonly functions: readonly string[];
}

/** Access to the stored objects of the home. */
export interface ManifestHome {
  /** Undefined if there is no manifest; does not create the file. */
  readonly known: () => ManifestObjects | undefined;
  /** Creates the file if needed. */
  readonly file: () => ManifestObjects;
  readonly objects: () => Objects;
}

/** @throws InputError BAD_MANIFEST with every fault, ConfigError TOOL_UNAVAILABLE; then nothing is applied. */
export async function applyManifest(
  ports: ApplyPorts,
  { known, file, objects }: ManifestHome,
  files: readonly ManifestFile[],
  { dryRun = false, allowUnavailable = false }: ApplyOptions,
  signal: AbortSignal,
): Promise<AppliedManifest> {
  const { entries, faults } = readManifest(files);
  const all = overlaid(objects(), entries);
  // An entry with a schema fault looks missing to its references. The schema faults are enough.
  const checked = faults.length > 0 ? [] : checkManifest(entries, all, await surroundings(ports));
  const wrong = [...faults, ...checked];
  if (wrong.length > 0) throw badManifest(wrong);

  const compared = known()?.compare(entries) ?? entries.map(asCreated);
  const fresh = compared.filter(
    ({ section, change }) => section === "runs" && change !== "unchanged",
  );
  const needed = neededBy(
    fresh.map(({ name }) => name),
    all,
  );
  const unavailable = await unavailableTools(ports, entries, all, needed, signal);
  const blocking = unavailable.filter(({ tool }) => needed.has(tool));
  if (blocking.length > 0 && !allowUnavailable) throw toolsUnavailable(blocking);
  const remarks = remarksOn(entries, ports.remark);
  if (dryRun) return { objects: compared, unavailable, remarks, submitted: [] };

  const applied = file().apply(entries, ports.onWrite);
  ports.onWrite();
  const now = objects();
  await bringTools(ports, now);
  return { objects: applied, unavailable, remarks, submitted: await startRuns(ports, now) };
}

/** What a manifest may refer to, in addition to its own objects. */
async function surroundings({ tools, config, functions }: ApplyPorts) {
  const stored = (await tools.list()).filter(({ origin }) => origin !== ORIGIN);
  return {
    tools: new Set([...stored.map(({ name }) => name), ...functions]),
    agents: new Set(config.agents.map(({ name }) => name)),
    model: modelOfRole(config, "agent") !== undefined,
  };
}

async function unavailableTools(
  ports: ApplyPorts,
  entries: readonly Entry[],
  all: Objects,
  needed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<AppliedManifest["unavailable"]> {
  const own = entries.flatMap(({ section, body }) => (section === "tools" ? [body.name] : []));
  const found: AppliedManifest["unavailable"][number][] = [];
  for (const name of new Set([...own, ...needed])) {
    const body = all.tools.get(name);
    const command = body === undefined ? undefined : commandOf(body);
    if (command === undefined) continue;
    const reason = await ports.unavailable(command, signal);
    if (reason !== undefined) found.push({ tool: name, reason });
  }
  return found;
}

/** Makes the current version equal to the manifest; a tool that a person retired stays retired. */
async function bringTools(
  { tools, digest: digestOf, now, onWrite }: ApplyPorts,
  all: Objects,
): Promise<void> {
  for (const body of all.tools.values()) {
    const draft = toolOfManifest(body, now());
    const history = await historyOf(tools, draft.name);
    const tool = { ...draft, version: history.length + 1, status: "active" as const };
    const digest = digestOf(tool);
    if (history.at(-1)?.digest === digest) continue;
    await tools.put({ ...tool, digest });
    onWrite();
  }
}

async function startRuns(
  { events, config, submit, onWrite }: ApplyPorts,
  all: Objects,
): Promise<readonly string[]> {
  const begun = new Set((await events.runs()).map(({ id }) => id));
  const submitted: string[] = [];
  for (const { name, task: of, requestId } of runsOf(all)) {
    const task = all.tasks.get(of);
    if (begun.has(requestId) || task === undefined) continue;
    const request = Request.parse({
      objective: task.user_message,
      ...present({ budget: task.budget }),
    });
    const source: AgentSource = { agent: task.agent, task: task.name, run: name };
    await submit(request, { source: { ...source }, seed: config.seed }, { id: requestId });
    onWrite();
    submitted.push(requestId);
  }
  return submitted;
}

function remarksOn(
  entries: readonly Entry[],
  remark: ApplyPorts["remark"],
): AppliedManifest["remarks"] {
  return entries.flatMap((entry) => {
    const command = entry.section === "tools" ? commandOf(entry.body) : undefined;
    const text = command === undefined ? undefined : remark(command);
    return text === undefined ? [] : [{ tool: entry.body.name, text }];
  });
}

function asCreated({ section, body }: Entry): Applied {
  return { section, name: body.name, change: "created" };
}

function toolsUnavailable(blocking: AppliedManifest["unavailable"]): ConfigError {
  const lines = blocking.map(({ tool, reason }) => `  ${tool}: ${reason}`);
  return new ConfigError(
    "TOOL_UNAVAILABLE",
    `Nothing was applied: a run needs tools that cannot run on this machine.\n${lines.join("\n")}\nMake them available, or apply the manifest with --allow-unavailable: calls of these tools then fail with the reason.`,
    { facts: { tools: blocking.map((each) => ({ ...each })) as unknown as Json } },
  );
}

async function historyOf(store: ToolStore, name: string): Promise<readonly Tool[]> {
  try {
    return await store.history(name);
  } catch (error) {
    if (error instanceof ToolNotFoundError) return [];
    throw error;
  }
}
