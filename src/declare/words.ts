/** Words of a command line as a POSIX shell splits them (Shell Command Language, 2.2), without expansions. */

export type Words =
  | { readonly status: "read"; readonly words: readonly string[] }
  | { readonly status: "failed"; readonly reason: string };

/** Operators and expansions need a shell: a command that uses them is not split. */
const SHELL_ONLY = /[|&;<>()$`]/;

export function shellWords(text: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) return failed("a ' is not closed");
      word = (word ?? "") + text.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const quoted = inDoubleQuotes(text, at + 1);
      if (typeof quoted === "string") return failed(quoted);
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else if (char === "\\") {
      const next = text[at + 1] ?? "";
      // A backslash before a line break joins the lines.
      if (next !== "\n") word = (word ?? "") + next;
      at += 2;
    } else if (SHELL_ONLY.test(char) || (char === "#" && word === undefined)) {
      return failed(`"${char}" outside of quotes needs a shell`);
    } else {
      word = (word ?? "") + char;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return { status: "read", words };
}

function inDoubleQuotes(
  text: string,
  begin: number,
): { readonly text: string; readonly end: number } | string {
  let read = "";
  for (let at = begin; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') return { text: read, end: at + 1 };
    if (char === "$" || char === "`") return `"${char}" in double quotes needs a shell`;
    const next = text[at + 1];
    if (char === "\\" && next !== undefined && '$`"\\\n'.includes(next)) {
      if (next !== "\n") read += next;
      at++;
    } else read += char;
  }
  return 'a " is not closed';
}

function failed(reason: string): Words {
  return { status: "failed", reason };
}
