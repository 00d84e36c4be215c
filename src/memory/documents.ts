/** Searches a person's files by words: each file is split into passages, and read at every search. */
import { readFile, stat } from "node:fs/promises";
import { InputError } from "../core/errors.ts";
import { scoreTexts } from "./rank.ts";

export interface Passage {
  readonly text: string;
  /** File and lines. */
  readonly source: string;
  readonly score: number;
}

/** Larger files are data to process, not text to search. */
const LARGEST_FILE = 5_000_000;
const PASSAGE_CHARS = 1_200;

/** @throws InputError DATA_UNREADABLE, naming the file. */
export async function findPassages(
  files: readonly string[],
  queries: readonly string[],
  limit: number,
): Promise<readonly Passage[]> {
  const passages = (await Promise.all(files.map(passagesOf))).flat();
  const scores = scoreTexts(
    queries,
    passages.map(({ text }) => text),
  );
  return passages
    .map((passage, index) => ({ ...passage, score: scores[index] ?? 0 }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

async function passagesOf(file: string): Promise<readonly Omit<Passage, "score">[]> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new Error(`it has ${size} bytes, more than ${LARGEST_FILE}`);
    // Text in another encoding is searched as far as it can be read.
    text = new TextDecoder().decode(await readFile(file));
    if (text.includes("\0")) throw new Error("it is not text");
  } catch (error) {
    throw new InputError(
      "DATA_UNREADABLE",
      `Expected a text file to search, got ${file}: ${(error as Error).message}. Correct the path, or remove it.`,
      { facts: { file }, cause: error },
    );
  }
  const passages: Omit<Passage, "score">[] = [];
  const lines = text.split("\n");
  let start = 0;
  let held = "";
  const close = (end: number): void => {
    if (held.trim() !== "") {
      passages.push({ text: held.trim(), source: `${file}:${start + 1}-${end}` });
    }
    held = "";
    start = end;
  };
  for (const [index, line] of lines.entries()) {
    // A passage ends at the end of a paragraph; one that grows too long ends at a line break.
    const full = held.length + line.length > PASSAGE_CHARS && held !== "";
    if (full || (line.trim() === "" && held.length > PASSAGE_CHARS / 4)) close(index);
    held += `${line.slice(0, PASSAGE_CHARS)}\n`;
  }
  close(lines.length);
  return passages;
}
