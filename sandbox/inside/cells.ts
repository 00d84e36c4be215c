/**
 * The process of a JavaScript session: runs cells one after another in one realm of Node, whose
 * globals they share. A cell's value is its last expression's; a promise is awaited.
 *
 * Guest code: linked with the files beside it into one text and run inside the wall.
 */
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { runInThisContext } from "node:vm";
import { readFrame, writeJsonFrames } from "./blocking.ts";

const ANSWERS = 3;
const MAX_FRAME_BYTES = 1 << 30;

async function cellOf(source: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await (runInThisContext(source, { filename: "cell.js" }) as unknown);
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
    return { kind: "threw", message: message.slice(0, 2_000) };
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A cell's value is for reading: what is no JSON is shown as Node would show it.
  }
  return {
    kind: "result",
    text: text ?? JSON.stringify(value === undefined ? null : inspect(value)),
  };
}

async function main(): Promise<void> {
  Object.assign(globalThis, { require: createRequire(`${process.cwd()}/cell.js`) });
  process.on("unhandledRejection", (reason) => process.stderr.write(`${inspect(reason)}\n`));
  process.on("uncaughtException", (error) => process.stderr.write(`${inspect(error)}\n`));
  writeJsonFrames(ANSWERS, { kind: "ready" });
  for (;;) {
    const frame = readFrame(0, MAX_FRAME_BYTES);
    if (frame === null) process.exit(0);
    const answer = await cellOf((JSON.parse(frame.toString("utf8")) as { source: string }).source);
    writeJsonFrames(ANSWERS, answer);
  }
}

await main();
