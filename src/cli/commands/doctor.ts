/** `toolwright doctor`: checks what works on this machine, and what is missing. */
import { availableParallelism, totalmem } from "node:os";
import type { Command } from "commander";
import { confinementReport, driversReport } from "../../../sandbox/index.ts";
import { type Config, driverName, modelOfRole } from "../../core/config.ts";
import type { ToolStore } from "../../core/ports.ts";
import type { Engine } from "../../engine/engine.ts";
import { EXIT, table } from "../output.ts";
import { type CommonFlags, withCommonFlags, withSession } from "../session.ts";

export function addDoctor(command: Command): void {
  withCommonFlags(command).action(async (flags: CommonFlags) => {
    await withSession(flags, async ({ engine, output, signal }) => {
      const driver = await engine.sandbox();
      const [execution] = await driver.run(
        {
          program: {
            language: "javascript",
            source: "function probe(a) { return a + 1; }",
            entry: "probe",
          },
          inputs: [[41]],
          limits: { timeoutMs: 5_000, memoryMiB: 64, outputBytes: 1_000 },
          seed: 0,
        },
        signal,
      );
      const works = execution?.status === "returned" && execution.output === 42;
      const checks = [
        { check: "node", ok: true, detail: `${process.version} (${process.execPath})` },
        {
          check: "machine",
          ok: true,
          detail: `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
        },
        { check: "home", ok: true, detail: engine.config.home },
        {
          check: "sandbox isolate",
          ok: works,
          detail: works ? "answers" : JSON.stringify(execution),
        },
        ...(await confinementReport()).map(({ layer, holds, detail }) => ({
          check: `layer ${layer}`,
          ok: holds,
          detail,
        })),
        ...(await driversReport()).map(({ driver, works, detail }) => ({
          check: `sandbox ${driver}`,
          ok: works,
          detail,
        })),
        await storeCheck(engine.tools),
        await serverCheck(engine),
        ...(await modelChecks(engine.config, signal)),
      ];
      output.result(
        { ok: works, checks },
        table(
          ["check", "", "detail"],
          checks.map(({ check, ok, detail }) => [check, ok ? "yes" : "no", detail]),
        ),
      );
      if (!works) process.exitCode = EXIT.failed;
    });
  });
}

/** The server of each configured model is asked once, however many roles use it. */
async function modelChecks(config: Config, signal: AbortSignal) {
  const { model, roles } = config;
  if (model === undefined) {
    return [
      { check: "model", ok: false, detail: "none configured; offline features work without one" },
    ];
  }
  const { probeModel } = await import("../../models/probe.ts");
  const checks: { check: string; ok: boolean; detail: string }[] = [];
  const asked = new Set<string>();
  for (const role of [undefined, ...Object.keys(roles)]) {
    const settings = role === undefined ? model : (modelOfRole(config, role) ?? model);
    const { driver, provider, baseUrl, model: name, path } = settings;
    const key = JSON.stringify([driver, provider, baseUrl, name, path]);
    if (asked.has(key)) continue;
    asked.add(key);
    const label = role === undefined ? "model" : `model of ${role}`;
    if (driverName(settings) === "local") {
      checks.push({ check: label, ok: true, detail: `${path}, in this process` });
      continue;
    }
    const { samplers: _, ...rest } = settings;
    const apiKey = () => process.env[settings.apiKeyEnv] ?? "";
    const found = await probeModel({ ...rest, apiKey }, signal);
    checks.push(
      { check: label, ok: found.every(({ ok }) => ok), detail: name },
      ...found.map(({ check, ...finding }) => ({ check: `${label}: ${check}`, ...finding })),
    );
  }
  return checks;
}

async function serverCheck({ config, foreign }: Engine) {
  const servers = Object.keys(config.mcpServers);
  const problems = await foreign.sync();
  const detail = servers.length === 0 ? "none configured" : `${servers.join(", ")} answer`;
  return {
    check: "MCP servers",
    ok: problems.length === 0,
    detail: problems.length === 0 ? detail : problems.join("; "),
  };
}

async function storeCheck({ health }: ToolStore) {
  const { ok, detail } = (await health?.()) ?? { ok: true, detail: "in memory" };
  return { check: "tool store", ok, detail };
}
