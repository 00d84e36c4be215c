/** Colours for people: if the stream is a terminal with colours, and NO_COLOR is not set. */
import { styleText } from "node:util";

const TONES = { good: "green", bad: "red", pending: "yellow" } as const;

/** Words for a status, in any case. */
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

/** A drawn table in which cells that contain only a status word are coloured. */
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
