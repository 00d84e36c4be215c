/**
 * The process of a JavaScript session: runs cells one after another in Node's realm, whose globals
 * they share. A cell's value is the value of its last expression; a promise is awaited.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
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
    // A cell's value is for people: a value that is not JSON is shown as Node displays it.
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
