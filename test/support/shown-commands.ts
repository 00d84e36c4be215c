/** Commands as documents show them: taken out of a text, and run as they stand there. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CliResult, RunOptions, Workplace } from "./cli.ts";

/** What stands before a command of ours in a clone, and what it is called when it is installed. */
const PREFIX = /^(?:npm run -s toolwright -- |toolwright )/;

export interface ShownCommand {
  readonly line: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** The file that standard output goes to. */
  readonly into?: string;
}

/** The commands of ours among these lines, in order. Comments behind `#` are left out. */
export function shownCommands(lines: readonly string[]): readonly ShownCommand[] {
  return lines.flatMap((line) => {
    const words = wordsOf(line);
    const at = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
    const assigned = words.slice(0, Math.max(0, at)).map((word) => word.split(/=(.*)/s, 2));
    const command = words.slice(at).join("\0");
    const prefix = PREFIX.exec(command.replaceAll("\0", " "))?.[0];
    if (prefix === undefined) return [];
    const own = words.slice(at + prefix.trim().split(" ").length);
    const arrow = own.indexOf(">");
    return [
      {
        line,
        environment: Object.fromEntries(assigned) as Record<string, string>,
        args: arrow === -1 ? own : own.slice(0, arrow),
        ...(arrow === -1 ? {} : { into: own[arrow + 1] ?? "" }),
      },
    ];
  });
}

export async function runShown(
  place: Workplace,
  { args, environment, into }: ShownCommand,
  options: RunOptions = {},
): Promise<CliResult> {
  const result = await place.run(args, {
    ...options,
    environment: { ...options.environment, ...environment },
  });
  if (into !== undefined) writeFileSync(join(place.folder, into), result.stdout);
  return result;
}

/** Words as a shell sees them, without expansion; a comment ends the line. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const [, plain, single, double] of line
    .trim()
    .matchAll(/((?:[^\s'"#]|(?<=\S)#)+)|'([^']*)'|"([^"]*)"|#.*$/g)) {
    const word = plain ?? single ?? double;
    if (word !== undefined) words.push(word);
  }
  return words;
}
