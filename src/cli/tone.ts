/** Colours for people: where the stream is a terminal that has them, and NO_COLOR does not forbid it. */
import { styleText } from "node:util";

const TONES = { good: "green", bad: "red", pending: "yellow" } as const;

/** Words that say how something stands, in whatever case they are written. */
const WORDS: Readonly<Record<string, keyof typeof TONES>> = {
  yes: "good",
  active: "good",
  succeeded: "good",
  no: "bad",
  failed: "bad",
  canceled: "bad",
  running: "pending",
  in_progress: "pending",
  waiting: "pending",
  waiting_feedback: "pending",
  candidate: "pending",
};

/** A drawn table, its cells coloured that are a status word and nothing else. */
export function tonedCells(drawn: string): string {
  return drawn.replace(/(?<=│ )\w+(?= +│)/g, (word) => {
    const tone = WORDS[word.toLowerCase()];
    return tone === undefined ? word : styleText(TONES[tone], word, { stream: process.stdout });
  });
}

/** On stderr. */
export function failure(text: string): string {
  return styleText(["bold", TONES.bad], text, { stream: process.stderr });
}
