/** The only place that writes to stdout (data) and stderr (for people), and sets the exit status. */
import Table from "cli-table3";
import { EngineError } from "../core/errors.ts";

export interface Output {
  readonly json: boolean;
  /** The command's result: one JSON document with --json, else the text. */
  result(value: unknown, text: string): void;
  /** For people, on stderr. */
  note(text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result(value, text) {
      process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
    },
    note(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) made.push([...row]);
  return made.toString();
}

export const EXIT = { done: 0, failed: 1, usage: 2, budget: 3, ours: 70, canceled: 130 } as const;

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
    case "canceled":
      return EXIT.canceled;
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
    process.stdout.write(`${JSON.stringify({ error: { code, message, facts } }, null, 2)}\n`);
  }
  process.stderr.write(`${code}: ${message}\n`);
  if (!known && error instanceof Error && process.env.TOOLWRIGHT_DEBUG !== undefined) {
    process.stderr.write(`${error.stack}\n`);
  }
}
