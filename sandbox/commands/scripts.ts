/** Turns commands into programs for the drivers: named arguments in, standard output out. */
import type { Command } from "../../src/core/command.ts";
import type { Execution, Program } from "../../src/core/execution.ts";
import { type Json, parseJson } from "../../src/core/json.ts";
import { parameterNameFault } from "../../src/core/names.ts";
import { isIdentifier } from "../../src/core/text/type.ts";

export type Given = { readonly [name: string]: Json };

/**
 * Arguments whose names are not valid identifiers are available only in standard input and the
 * environment.
 */
const PYTHON_RUN = `import contextlib, io, json, keyword, os, sys
def toolwright_command(job):
    given, scope = job["given"], {"__name__": "__main__", "__builtins__": __builtins__}
    os.environ.update(job["env"])
    for name, value in given.items():
        if name.isidentifier():
            os.environ[name] = value if isinstance(value, str) else json.dumps(value)
            if not keyword.iskeyword(name):
                scope[name] = value
    sys.argv = ["-c", *job["words"]]
    sys.stdin = io.StringIO(json.dumps(given))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(job["code"], "command", "exec"), scope)
        except SystemExit as end:
            if end.code not in (None, 0):
                raise RuntimeError("exit status " + str(end.code)) from None
    return printed.getvalue()
`;

/** The same as a standalone program, for an image with Python: it reads the job from standard input. */
export const PYTHON_MAIN = `${PYTHON_RUN}
try:
    sys.stdout.write(toolwright_command(json.loads(sys.stdin.read())))
except BaseException as error:
    sys.stderr.write(type(error).__name__ + ": " + str(error))
    sys.exit(1)
`;

export interface Job {
  readonly given: Given;
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly code: string;
}

export function jobOf(
  { program }: Command,
  given: Given,
  env: Readonly<Record<string, string>>,
): Job {
  return { given, env, words: program?.words ?? [], code: program?.code ?? "" };
}

export const PYTHON_PROGRAM: Program = {
  language: "python",
  source: PYTHON_RUN,
  entry: "toolwright_command",
};

/** Names that the block uses itself. */
const TAKEN: ReadonlySet<string> = new Set(["console", "process", "input"]);

/** The arguments are parameters of a function around a block, so the code may redeclare their names. */
export function nodeProgram({ given, code }: Job): Program {
  const names = Object.keys(given).filter(
    (name) => isIdentifier(name) && parameterNameFault(name) === undefined && !TAKEN.has(name),
  );
  const source = `function toolwright_command(job) {
  const lines = [];
  const text = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));
  const say = (...values) => void lines.push(values.map(text).join(" ") + "\\n");
  const silent = () => undefined;
  const console = { log: say, info: say, warn: silent, error: silent, debug: silent };
  const stdout = { write: (part) => void lines.push(String(part)) };
  const process = { env: job.variables, argv: ["node", ...job.words], stdout };
  ((${["console", "process", "input", ...names].join(", ")}) => {{
${code}
  }})(${["console", "process", "job.given", ...names.map((name) => `job.given[${JSON.stringify(name)}]`)].join(", ")});
  return lines.join("");
}`;
  return { language: "javascript", source, entry: "toolwright_command" };
}

/** First line of the output: without it, the driver would parse output that looks like JSON. */
const MARK = "#toolwright-output";

/** The driver's shell sets the arguments as variables and then executes bash. */
export function bashProgram(
  { command }: Command,
  job: Job,
): Program | { readonly refused: string } {
  const variables = Object.entries(variablesOf(job));
  const json = JSON.stringify(job.given);
  if ([...variables.flat(), command].some((text) => text.includes("\0"))) {
    return { refused: "an argument contains a zero byte, which a shell cannot take" };
  }
  const source = [
    ...variables.map(([name, value]) => `export ${name}=${quoted(value)}`),
    `echo '${MARK}'`,
    `exec bash -c ${quoted(command)} bash <<'TOOLWRIGHT_INPUT'`,
    json,
    "TOOLWRIGHT_INPUT",
    "",
  ].join("\n");
  return { language: "shell", source, entry: "main" };
}

export function variablesOf({ given, env }: Job): Readonly<Record<string, string>> {
  const named = Object.entries(given).filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  return {
    ...env,
    ...Object.fromEntries(
      named.map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function unmarked(output: Json): string {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  return text.startsWith(MARK) ? text.slice(MARK.length + 1) : text;
}

/** Interprets standard output according to the declared output type. */
export function resultOf(text: string, output: Command["output"], wallMs: number): Execution {
  if (output === "text") {
    return { status: "returned", output: text.replace(/\r?\n$/, ""), wallMs };
  }
  const last = text.split(/\r?\n/).findLast((line) => line.trim() !== "");
  if (last === undefined) {
    return output === "json"
      ? { status: "bad-output", reason: "it printed nothing, and its output is declared as JSON" }
      : { status: "returned", output: null, wallMs };
  }
  const line = asJson(last);
  if ("value" in line) return { status: "returned", output: line.value, wallMs };
  const whole = asJson(text);
  if ("value" in whole) return { status: "returned", output: whole.value, wallMs };
  return output === "json"
    ? { status: "bad-output", reason: `its last line is not usable JSON: ${line.fault}` }
    : { status: "returned", output: last.trim(), wallMs };
}

function asJson(text: string): { readonly value: Json } | { readonly fault: string } {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
