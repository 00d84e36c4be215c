/** `toolwright tools declarations`: the TypeScript declarations of the tools for programs. */
import type { Command } from "commander";
import { type CommonFlags, withCommonFlags, withHome } from "../session.ts";

export function addToolDeclarations(tools: Command): void {
  withCommonFlags(
    tools
      .command("declarations")
      .description("print the tools' TypeScript declarations, for a script of toolwright run")
      .argument("[names...]", "names of tools (default: all active tools)"),
  ).action(async (names: readonly string[], flags: CommonFlags) => {
    const [{ declarations }, { toolsNamed }] = await Promise.all([
      import("../../program/declarations.ts"),
      import("../../request/walk-program.ts"),
    ]);
    await withHome(flags, async ({ engine, output }) => {
      const list = await toolsNamed(engine.tools, names.length === 0 ? undefined : names);
      const text = declarations(list);
      output.result({ declarations: text }, text.trimEnd());
    });
  });
}
