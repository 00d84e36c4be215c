import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { askPerson } from "../../src/cli/ask-person.ts";
import { caseQuestion } from "../../src/work/case-question.ts";

const question = caseQuestion("price", [
  { args: [50], results: [50, 55] },
  { args: [-1], results: [4, -1] },
]);
const never = new AbortController().signal;

function terminal() {
  const input = new PassThrough();
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  return { input, output: new PassThrough(), print, printed };
}

describe("asking at the terminal", () => {
  it("asks for each input, and again for what cannot be read", async () => {
    const at = terminal();
    const answers = askPerson(at, question, never);
    for (const line of ["", "what", "b", "-7"]) {
      await new Promise((wake) => setTimeout(wake, 5));
      at.input.write(`${line}\n`);
    }
    expect(await answers).toEqual([
      { args: [50], expected: 55 },
      { args: [-1], expected: -7 },
    ]);
    expect(at.printed.filter((text) => text.includes('got "what"'))).toHaveLength(1);
    expect(at.printed).toContain("1. price(50)   a) 50   b) 55");
  });

  it("leaves the question open if the input ends or the command is stopped", async () => {
    const ended = terminal();
    const left = askPerson(ended, question, never);
    ended.input.end("a\n");
    expect(await left).toBeUndefined();

    const stop = new AbortController();
    const stopped = askPerson(terminal(), question, stop.signal);
    stop.abort();
    expect(await stopped).toBeUndefined();
  });
});
