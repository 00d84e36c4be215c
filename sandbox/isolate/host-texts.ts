/** Texts that a slot has sent once and that requests refer to by key: inputs and harnesses. */

export interface Texts {
  put(key: string, text: string): void;
  forget(key: string): void;
  /** @throws Error if the text was never sent, which is a bug in the slot. */
  get(key: string): string;
  /** The text parsed as a list of texts; parsed only once. */
  list(key: string): readonly string[];
}

export function textStore(): Texts {
  const texts = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const get = (key: string): string => {
    const text = texts.get(key);
    if (text === undefined) throw new Error(`expected text ${key} to be sent before its use`);
    return text;
  };
  return {
    put: (key, text) => void texts.set(key, text),
    forget: (key) => {
      texts.delete(key);
      lists.delete(key);
    },
    get,
    list: (key) => {
      const known = lists.get(key);
      if (known !== undefined) return known;
      const list = JSON.parse(get(key)) as string[];
      lists.set(key, list);
      return list;
    },
  };
}
