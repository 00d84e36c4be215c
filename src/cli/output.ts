/** The only place that writes to stdout (data) and stderr (for people), and sets the exit status. */
import { constants } from "node:os";
import Table from "cli-table3";
import { EngineError } from "../core/errors.ts";
import { fittingWidths } from "./table-widths.ts";
import { failure, tonedCells } from "./tone.ts";

export interface Output {
  readonly json: boolean;
  /** The command's result: one JSON document with --json, else the text. */
  result(value: unknown, text: string): void;
  /** For people, on stderr. */
  note(text: string): void;
  /** Part of a text as it arrives, on stderr. */
  piece(text: string): void;
}

/** Characters that move the cursor, set colours or titles, or change the text direction; not tab and newline. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it must match control characters.
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of tools, models and requesters is not trusted: characters that control the terminal are shown
 * as `\u001b`, which in JSON means the same text.
 */
export function visible(text: string): string {
  return text.replace(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** All output of commands goes through these two. */
export function writeOut(text: string): void {
  process.stdout.write(visible(text));
}

export function writeErr(text: string): void {
  process.stderr.write(visible(text));
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result(value, text) {
      if (json) writeOut(`${JSON.stringify(value, null, 2)}\n`);
      // Colours are added after the control characters of the text have been removed.
      else process.stdout.write(tonedCells(visible(`${text}\n`)));
    },
    note: (text) => writeErr(`${text}\n`),
    piece: writeErr,
  };
}

/** At most as wide as the terminal; not limited if stdout is not a terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const { isTTY, columns } = process.stdout;
  // Before widths are measured.
  const shown = rows.map((row) => row.map(visible));
  const widths = isTTY && columns > 0 ? fittingWidths([head, ...shown], columns) : undefined;
  const made = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    ...(widths === undefined ? {} : { colWidths: widths, wordWrap: true }),
  });
  made.push(...shown);
  return made.toString();
}

export const EXIT = { done: 0, failed: 1, usage: 2, budget: 3, ours: 70, canceled: 130 } as const;

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The exit status that shells report for a process ended by a signal. */
export function stopStatus(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}

export function exitStatus(error: unknown): number {
  if (!(error instanceof EngineError)) return EXIT.ours;
  switch (error.kind) {
    case "caller":
    case "operator":
      return EXIT.usage;
    case "provider":
    case "sandbox":
    case "store":
      return EXIT.failed;
    case "budget":
      return EXIT.budget;
    case "canceled": {
      const { signal } = error.facts;
      return signal === "SIGTERM" || signal === "SIGHUP" ? stopStatus(signal) : EXIT.canceled;
    }
    case "ours":
      return EXIT.ours;
  }
}

/** An error for people; with --json also as a document, so that stdout always parses. */
export function reportError(error: unknown, json: boolean): void {
  const known = error instanceof EngineError;
  const message = error instanceof Error ? error.message : String(error);
  const code = known ? error.code : "UNEXPECTED";
  if (json) {
    const facts = known ? error.facts : {};
    writeOut(`${JSON.stringify({ error: { code, message, facts } }, null, 2)}\n`);
  }
  process.stderr.write(failure(code));
  writeErr(`: ${message}
`);
  if (!known && error instanceof Error && process.env.TOOLWRIGHT_DEBUG !== undefined) {
    writeErr(`${error.stack}\n`);
  }
}
