/**
 * What is wrong with a parsed YAML document: its syntax, and values that would be changed without a
 * word, or that would never end, when they become JSON.
 */
import type { Alias, Document, Node, Scalar } from "yaml";

type Yaml = typeof import("yaml");

export interface FoundFault {
  readonly offset: number;
  readonly code?: "DUPLICATE_KEY";
  readonly message: string;
}

/** Deeper values could not be passed to a sandbox either. */
const DEEPEST = 200;
/** Values of a document after its aliases are replaced by what they stand for. */
const MOST_VALUES = 1_000_000;

/** All syntax faults; if there are none, the first fault of the values. */
export function faultsOf(yaml: Yaml, document: Document.Parsed): readonly FoundFault[] {
  const said = [...document.errors, ...document.warnings];
  // The parser goes on after it, and then blames every level.
  if (said.some(({ code }) => HINTS[code] === TOO_DEEP)) return [{ offset: 0, message: TOO_DEEP }];
  if (said.length > 0) {
    return said.map(({ code, message, pos }) => ({
      offset: pos[0],
      ...(code === "DUPLICATE_KEY" ? { code } : {}),
      message: HINTS[code] ?? `${message}.`,
    }));
  }
  const { version, explicit } = document.directives.yaml;
  if (explicit && version !== "1.2") {
    return [{ offset: 0, message: `Expected YAML 1.2, got ${version}. Remove the %YAML line.` }];
  }
  const found = valueFault(yaml, document);
  return found === undefined ? [] : [found];
}

const TOO_DEEP = `Expected at most ${DEEPEST} levels, got more. Nest the values less deeply.`;

/** For codes whose own message does not say what to do. */
const HINTS: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: TOO_DEEP,
  DUPLICATE_KEY: "Expected each key once, got one twice. Remove one.",
  TAB_AS_INDENT: "Expected spaces before the text, got a tab. Indent with spaces.",
  TAG_RESOLVE_FAILED:
    "Expected no tag, or one of JSON's types, got another one. Put text that begins with ! in quotes.",
  BAD_SCALAR_START:
    "Expected text that begins with another character. Put text that begins with @, ` or % in quotes.",
  BLOCK_AS_IMPLICIT_KEY:
    'Expected one ": " in a line, got another one. Put text that holds ": " in quotes.',
};

const TAGS = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** The first fault of the values: what toJS would throw at, or would change without a word. */
function valueFault(yaml: Yaml, document: Document.Parsed): FoundFault | undefined {
  const anchors = new Map<string, Node>();
  /** Values under each anchor; undefined while it is open. */
  const sizes = new Map<Node, number | undefined>();
  let fault: FoundFault | undefined;
  const at = ({ range }: Node, message: string, code?: FoundFault["code"]): number => {
    fault ??= { offset: range?.[0] ?? 0, message, ...(code === undefined ? {} : { code }) };
    return 0;
  };

  const sizeOf = (node: unknown, depth: number): number => {
    if (fault !== undefined || !yaml.isNode(node)) return 1;
    if (depth > DEEPEST) return at(node, TOO_DEEP);
    if (yaml.isAlias(node)) return aliased(node);
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    sizes.set(node, undefined);
    const size = ownSize(node, depth);
    sizes.set(node, size);
    return size > MOST_VALUES
      ? at(node, `Expected at most ${MOST_VALUES} values, got more. Use fewer aliases.`)
      : size;
  };

  const aliased = (node: Alias): number => {
    const name = node.source;
    const target = anchors.get(name);
    const inQuotes = `Put text that begins with * in quotes`;
    if (target === undefined) {
      return at(
        node,
        `Expected an anchor &${name} before the alias *${name}, got none. ${inQuotes}.`,
      );
    }
    return (
      sizes.get(target) ??
      at(node, `Expected a value without itself in it, got *${name} inside &${name}. Remove it.`)
    );
  };

  const ownSize = (node: Node, depth: number): number => {
    if (node.tag !== undefined && !TAGS.test(node.tag)) {
      return at(node, HINTS.TAG_RESOLVE_FAILED as string);
    }
    if (yaml.isScalar(node)) return scalarSize(node);
    if (yaml.isSeq(node)) {
      return node.items.reduce<number>((sum, item) => sum + sizeOf(item, depth + 1), 1);
    }
    if (!yaml.isMap(node)) return 1;
    const keys = new Set<string>();
    return node.items.reduce<number>((sum, { key, value }) => {
      sizeOf(key, depth + 1);
      const size = sizeOf(value, depth + 1);
      if (isMerge(key)) checkMerge(value);
      else checkKey(node, key, keys);
      return sum + size;
    }, 1);
  };

  const scalarSize = (node: Scalar): number => {
    const { value, source } = node;
    if (typeof value === "number" && !Number.isFinite(value)) {
      return at(
        node,
        `Expected a number that JSON has, got ${source}. Put it in quotes, or use null.`,
      );
    }
    return 1;
  };

  const checkKey = (map: Node, key: unknown, keys: Set<string>): void => {
    if (!yaml.isScalar(key)) {
      const place = yaml.isNode(key) ? key : map;
      at(
        place,
        "Expected text as a key, got a list, a mapping or an alias. Write the key as text.",
      );
      return;
    }
    // `1: x` is the key "1"; `1.0: x` and `~: x` would become other keys than were written.
    const text = String(key.value);
    if (typeof key.value !== "string" && (key.value === null || text !== key.source)) {
      at(key, `Expected text as a key, got ${key.source || "nothing"}. Put the key in quotes.`);
    } else if (keys.has(text)) at(key, HINTS.DUPLICATE_KEY as string, "DUPLICATE_KEY");
    keys.add(text);
  };

  /** "<<" without quotes: the parser gives it a symbol as its value. */
  const isMerge = (key: unknown): boolean => yaml.isScalar(key) && typeof key.value === "symbol";

  const checkMerge = (value: unknown): void => {
    const sources = yaml.isSeq(value) ? value.items : [value];
    for (const source of sources) {
      const target = yaml.isAlias(source) ? anchors.get(source.source) : source;
      if (yaml.isMap(target)) continue;
      const place = yaml.isNode(source) ? source : (value as Node);
      at(
        place,
        'Expected a mapping to merge with "<<", got another value. Put "<<" in quotes if it is a key.',
      );
    }
  };

  sizeOf(document.contents, 0);
  return fault;
}
