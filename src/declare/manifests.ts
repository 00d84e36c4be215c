/**
 * Manifests of a home: checked as a whole, written in one transaction, then brought into effect. Tools
 * become stored tools, models and agents part of the configuration, and each run one request. Whatever
 * is cut off after the transaction is brought into effect by the next `apply`.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, modelOfRole } from "../core/config.ts";
import { ConfigError, ToolNotFoundError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { EventStore, ToolStore } from "../core/ports.ts";
import { Request } from "../core/request.ts";
import type { Tool } from "../core/tool.ts";
import type { Requests } from "../request/requests.ts";
import type { AgentSource } from "../request/walk-agent.ts";
import {
  type Applied,
  badManifest,
  checkManifest,
  commandOf,
  configOf,
  type Entry,
  type ManifestFile,
  type ManifestObjects,
  type ManifestRun,
  neededBy,
  type Objects,
  ORIGIN,
  openManifestObjects,
  overlaid,
  readManifest,
  runsOf,
  toolOfManifest,
} from "./index.ts";

export interface ApplyOptions {
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** Applies runs too whose agents have tools that can not run here. */
  readonly allowUnavailable?: boolean;
}

export interface AppliedManifest {
  /** In the manifest's order. */
  readonly objects: readonly Applied[];
  /** Tools that can not run on this machine now, with the reason. */
  readonly unavailable: readonly { readonly tool: string; readonly reason: string }[];
  /** What runs otherwise than the manifest says, and how. */
  readonly remarks: readonly { readonly tool: string; readonly text: string }[];
  /** Requests that began with it: a worker carries them on. */
  readonly submitted: readonly string[];
}

export interface Manifests {
  /** @throws InputError BAD_MANIFEST with every fault, ConfigError TOOL_UNAVAILABLE; then nothing is applied. */
  apply(
    files: readonly ManifestFile[],
    options: ApplyOptions,
    signal: AbortSignal,
  ): Promise<AppliedManifest>;
  /** As they are now, whoever applied them. */
  objects(): Objects;
  runs(): readonly ManifestRun[];
  /** The configuration with the home's models and agents; the same object until they change. */
  config(): Config;
  close(): void;
}

export interface ManifestsPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly submit: Requests["submit"];
  /** Why a command can not run here. */
  readonly unavailable: (
    command: NonNullable<ReturnType<typeof commandOf>>,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  readonly remark: (command: NonNullable<ReturnType<typeof commandOf>>) => string | undefined;
  readonly digest: (tool: Omit<Tool, "digest">) => string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** ISO 8601. */
  readonly now: () => string;
  /** After each write; for tests of crashes. */
  readonly onWrite: () => void;
  /** Names of the engine's own functions. */
  readonly functions: readonly string[];
}

const NONE: Objects = {
  llms: new Map(),
  tools: new Map(),
  agents: new Map(),
  tasks: new Map(),
  runs: new Map(),
};

export function createManifests(ports: ManifestsPorts): Manifests {
  const { config, tools, events, onWrite } = ports;
  const path = join(config.home, "manifest.db");
  let opened: ManifestObjects | undefined;
  const file = (): ManifestObjects => {
    opened ??= openManifestObjects(path);
    return opened;
  };
  /** A home without a manifest gets no file by being looked at. */
  const known = (): ManifestObjects | undefined =>
    opened !== undefined || existsSync(path) ? file() : undefined;
  const objects = (): Objects => known()?.all() ?? NONE;
  let merged: { readonly revision: number; readonly config: Config } | undefined;

  async function unavailableTools(
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

  /** The current version is what the manifest says; one that a person retired stays retired. */
  async function bringTools(all: Objects): Promise<void> {
    for (const body of all.tools.values()) {
      const draft = toolOfManifest(body, ports.now());
      const history = await historyOf(tools, draft.name);
      const tool = { ...draft, version: history.length + 1, status: "active" as const };
      const digest = ports.digest(tool);
      if (history.at(-1)?.digest === digest) continue;
      await tools.put({ ...tool, digest });
      onWrite();
    }
  }

  async function startRuns(all: Objects): Promise<readonly string[]> {
    const begun = new Set((await events.runs()).map(({ id }) => id));
    const submitted: string[] = [];
    for (const { name, task: of, requestId } of runsOf(all)) {
      const task = all.tasks.get(of);
      if (begun.has(requestId) || task === undefined) continue;
      const request = Request.parse({
        objective: task.user_message,
        ...(task.budget === undefined ? {} : { budget: task.budget }),
      });
      const source: AgentSource = { agent: task.agent, task: task.name, run: name };
      await ports.submit(request, { source: { ...source }, seed: config.seed }, { id: requestId });
      onWrite();
      submitted.push(requestId);
    }
    return submitted;
  }

  return {
    objects,
    runs: () => runsOf(objects()),
    config() {
      const revision = known()?.revision() ?? 0;
      if (revision === 0) return config;
      if (merged?.revision === revision) return merged.config;
      const { roles, agents } = configOf(objects(), ports.environment, {
        model: config.model !== undefined,
      });
      merged = {
        revision,
        config: {
          ...config,
          roles: { ...config.roles, ...roles },
          agents: [...config.agents, ...agents],
        },
      };
      return merged.config;
    },
    async apply(files, { dryRun = false, allowUnavailable = false }, signal) {
      const { entries, faults } = readManifest(files);
      const home = objects();
      const all = overlaid(home, entries);
      const stored = (await tools.list()).filter(({ origin }) => origin !== ORIGIN);
      const around = {
        tools: new Set([...stored.map(({ name }) => name), ...ports.functions]),
        agents: new Set(config.agents.map(({ name }) => name)),
        model: modelOfRole(config, "agent") !== undefined,
      };
      // What does not fit its schema is missing for those that refer to it: said once is enough.
      const checked = faults.length > 0 ? [] : checkManifest(entries, all, around);
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
      const unavailable = await unavailableTools(entries, all, needed, signal);
      const blocking = unavailable.filter(({ tool }) => needed.has(tool));
      if (blocking.length > 0 && !allowUnavailable) throw toolsUnavailable(blocking);
      const remarks = remarksOn(entries, ports.remark);
      if (dryRun) return { objects: compared, unavailable, remarks, submitted: [] };

      const applied = file().apply(entries, onWrite);
      onWrite();
      const now = objects();
      await bringTools(now);
      return { objects: applied, unavailable, remarks, submitted: await startRuns(now) };
    },
    close: () => opened?.close(),
  };
}

function remarksOn(
  entries: readonly Entry[],
  remark: ManifestsPorts["remark"],
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
    `Nothing was applied: a run needs tools that can not run on this machine.\n${lines.join("\n")}\nMake them available, or apply it all the same with --allow-unavailable: their calls fail with the reason.`,
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
