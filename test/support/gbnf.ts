/**
 * A recogniser for the part of GBNF that the grammars here use: literals, classes, groups, rules,
 * alternatives, `? * {n,m}`. It tries every way through and keeps the set of reached places.
 */
type Matcher = (text: string, places: ReadonlySet<number>) => ReadonlySet<number>;

/** @returns Whether a whole text is a sentence of the grammar. */
export function recogniser(grammar: string): (text: string) => boolean {
  const rules = new Map<string, Matcher>();
  for (const line of grammar.split("\n")) {
    const [name, body] = split(line);
    rules.set(name, parserOf(body, rules)());
  }
  return (text) =>
    rules
      .get("root")?.(text, new Set([0]))
      .has(text.length) ?? false;
}

function split(line: string): [string, string] {
  const at = line.indexOf(" ::= ");
  return [line.slice(0, at), line.slice(at + 5)];
}

function parserOf(body: string, rules: ReadonlyMap<string, Matcher>): () => Matcher {
  let at = 0;
  const skip = (): void => {
    while (body[at] === " ") at++;
  };

  const alternatives = (): Matcher => {
    const options = [sequence()];
    while (body[at] === "|") {
      at++;
      options.push(sequence());
    }
    return (text, places) => new Set(options.flatMap((option) => [...option(text, places)]));
  };

  const sequence = (): Matcher => {
    const parts: Matcher[] = [];
    for (skip(); at < body.length && body[at] !== "|" && body[at] !== ")"; skip()) {
      parts.push(repeated(atom()));
    }
    return (text, places) =>
      parts.reduce((reached, part) => (reached.size === 0 ? reached : part(text, reached)), places);
  };

  const atom = (): Matcher => {
    if (body[at] === '"') return literal();
    if (body[at] === "[") return characterClass();
    if (body[at] === "(") {
      at++;
      const inner = alternatives();
      at++;
      return inner;
    }
    const name = /^[a-z]\w*/.exec(body.slice(at))?.[0];
    if (name === undefined) throw new Error(`Cannot read the grammar at: ${body.slice(at)}`);
    at += name.length;
    return (text, places) => {
      const rule = rules.get(name);
      if (rule === undefined) throw new Error(`No rule ${name}`);
      return rule(text, places);
    };
  };

  const literal = (): Matcher => {
    const source = /^"(?:[^"\\]|\\.)*"/.exec(body.slice(at))?.[0] ?? "";
    at += source.length;
    const word = source
      .slice(1, -1)
      .replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
    return (text, places) =>
      new Set(
        [...places].filter((place) => text.startsWith(word, place)).map((p) => p + word.length),
      );
  };

  const characterClass = (): Matcher => {
    const source = /^\[(?:[^\]\\]|\\.)*\]/.exec(body.slice(at))?.[0] ?? "";
    at += source.length;
    const one = new RegExp(source, "u");
    return (text, places) => {
      const reached = [...places].flatMap((place) => {
        const point = text.codePointAt(place);
        if (point === undefined) return [];
        const character = String.fromCodePoint(point);
        return one.test(character) ? [place + character.length] : [];
      });
      return new Set(reached);
    };
  };

  const repeated = (inner: Matcher): Matcher => {
    const [mark = "", least, comma, most] =
      /^(?:[?*]|\{(\d+)(,?)(\d*)\})/.exec(body.slice(at)) ?? [];
    at += mark.length;
    if (mark === "") return inner;
    if (mark === "?") return times(inner, 0, 1);
    if (mark === "*") return times(inner, 0, Number.POSITIVE_INFINITY);
    const from = Number(least);
    const open = most === "" ? Number.POSITIVE_INFINITY : Number(most);
    return times(inner, from, comma === "" ? from : open);
  };

  return alternatives;
}

function times(inner: Matcher, least: number, most: number): Matcher {
  return (text, places) => {
    const all = new Set(least === 0 ? places : []);
    let reached = places;
    for (let count = 1; count <= most && reached.size > 0; count++) {
      reached = inner(text, reached);
      const before = all.size;
      if (count >= least) for (const place of reached) all.add(place);
      if (count >= least && all.size === before) break;
    }
    return all;
  };
}
