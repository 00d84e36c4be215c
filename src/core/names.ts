/**
 * Names that programs cannot use freely: reserved words, values of the language, and members that
 * every object has. A tool with such a name could not be called in a program.
 */

/** Words that cannot name a function or a parameter in strict code. */
const RESERVED_WORDS: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package " +
    "private protected public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** Values that code everywhere relies on, and the key that sets a prototype. */
const VALUES: ReadonlySet<string> = new Set([
  "undefined",
  "NaN",
  "Infinity",
  "globalThis",
  "__proto__",
]);

const MEMBERS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Why a parameter cannot have this name; undefined if it can. */
export function parameterNameFault(name: string): string | undefined {
  if (RESERVED_WORDS.has(name)) return `${name} is a reserved word`;
  return VALUES.has(name) ? `${name} has a meaning of its own in every program` : undefined;
}

/** Why a tool cannot have this name; undefined if it can. */
export function toolNameFault(name: string): string | undefined {
  if (MEMBERS.has(name)) return `${name} is a member of every object`;
  return parameterNameFault(name);
}
