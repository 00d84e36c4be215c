/**
 * The host process: one per slot, confined, and the only place where isolates run.
 *
 * It reads a request, serves it synchronously, answers, and waits for the next one. Programs can
 * hang or kill this process (native functions that never poll for interrupts, allocations that no
 * limit counts): the slot that owns it watches clock and memory from outside and kills it.
 */
import { setFlagsFromString } from "node:v8";
import { readFrame, writeJsonFrames } from "../inside/blocking.ts";
import { runBatch } from "./host-batch.ts";
import { runProgram } from "./host-program.ts";
import type { Texts } from "./host-texts.ts";
import { textStore } from "./host-texts.ts";
import type { FromHost, ToHost } from "./wire.ts";

const IN = 3;
const OUT = 4;
const send = (...messages: readonly FromHost[]): void => writeJsonFrames(OUT, ...messages);

const texts: Texts = textStore();

// From here on every function is compiled with its script, so that the code caches of the engine's
// own texts contain all functions. Not from the start, because that would also compile Node's own
// modules completely.
setFlagsFromString("--no-lazy");

send({ a: "ready" });
for (;;) {
  const frame = readFrame(IN, Number.POSITIVE_INFINITY);
  if (frame === null) process.exit(0);
  const message = JSON.parse(frame.toString("utf8")) as ToHost;
  switch (message.op) {
    case "text":
      texts.put(message.key, message.text);
      break;
    case "forget":
      texts.forget(message.key);
      break;
    case "run": {
      const before = process.cpuUsage();
      const last = texts.list(message.inputs).length - 1;
      let final: FromHost[] = [];
      runProgram(message, texts, (at, r) => {
        const result: FromHost = { a: "result", at, r };
        // Send earlier results immediately: the next input may kill this process.
        if (at < last) send(result);
        else final = [result];
      });
      send(...final, { a: "done", cpuMs: cpuSince(before) });
      break;
    }
    case "batch": {
      const before = process.cpuUsage();
      runBatch(message, texts, (of) => send({ a: "programs", of }));
      send({ a: "done", cpuMs: cpuSince(before) });
      break;
    }
  }
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
