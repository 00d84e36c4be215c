/** The page on task modules names the fields that the interfaces have. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const source = await readFile("src/core/task.ts", "utf8");
const page = await readFile("docs/reference/task-module.md", "utf8");

/** Members of an interface in order of the file, with `?` where they may be left out. */
function members(name: string): readonly string[] {
  const [, body = ""] =
    new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)(\??)[:(]/gm)].map(
    ([, member = "", optional = ""]) => `${member}${optional}`,
  );
}

function rows(name: string): readonly string[] {
  const [, section = ""] = page.split(`\n## \`${name}\`\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/^\| `(\w+\??)`/gm)].map(([, field = ""]) => field);
}

const names = [...source.matchAll(/export interface (\w+)/g)].map(([, name = ""]) => name);

it.each(names)("the fields of %s are those of the code", (name) => {
  expect(members(name).length).toBeGreaterThan(0);
  expect([...rows(name)].sort()).toEqual([...members(name)].sort());
});
