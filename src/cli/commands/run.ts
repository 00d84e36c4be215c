/** `toolwright run`: runs a person's script with the library's tools as its functions. */
import { basename } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import { Request } from "../../core/request.ts";
import { prepareProgram } from "../../program/source.ts";
import { type ProgramSource, toolsNamed } from "../../request/walk-program.ts";
import { readText } from "../../tasks/tasks.ts";
import { parseJsonFlag } from "../json-flag.ts";
import { attemptOn, report } from "../request-attempt.ts";
import { type CommonFlags, withCommonFlags, withSession } from "../session.ts";

interface RunFlags extends CommonFlags {
  readonly tools?: string;
  readonly input?: string;
  readonly detach?: boolean;
}

export function addRun(command: Command): void {
  withCommonFlags(
    command
      .argument(
        "<file>",
        "TypeScript or JavaScript: statements with await and return, a function main, or a default export",
      )
      .option(
        "--tools <names>",
        "names of the tools that it may call, comma-separated (default: all active tools)",
      )
      .option("--input <json>", "`input` in the program", "null")
      .option("--detach", "only submit; toolwright worker or request resume runs it"),
  ).action(async (file: string, flags: RunFlags) => {
    const code = await readText(file);
    const input = parseJsonFlag("--input", flags.input ?? "null");
    const names = flags.tools?.split(",").map((name) => name.trim());
    await withSession(flags, async (session) => {
      const { engine, output } = session;
      const tools = await toolsNamed(engine.tools, names);
      // Syntax errors are reported before anything is submitted.
      const prepared = prepareProgram(
        code,
        tools.map(({ name }) => name),
        [],
      );
      if (prepared.status === "refused") {
        throw new InputError("UNREADABLE_PROGRAM", `${file}: ${prepared.reason}`);
      }
      const source: ProgramSource = {
        program: { code, input, ...present({ tools: names }) },
      };
      const request = Request.parse({ objective: `run ${basename(file)}` });
      const requestId = await engine.requests.submit(request, {
        source: source as unknown as Json,
        seed: engine.config.seed,
      });
      if (flags.detach === true) {
        output.result(
          { requestId, status: "NOT_STARTED" },
          `Submitted ${requestId}. To run it: toolwright request resume ${requestId}, or toolwright worker.`,
        );
        return;
      }
      const outcome = await attemptOn(session, requestId);
      const { solution, status } = outcome;
      if (solution?.status !== "answered") return report(engine.requests, outcome, output);
      const { value = null, measures } = solution.answer;
      output.note(
        `${measures.calls} tool calls, ${measures.simulated} answers of the model. Trace: toolwright traces show ${requestId}`,
      );
      output.result({ requestId, status, value, ...measures }, JSON.stringify(value, null, 2));
    });
  });
}
