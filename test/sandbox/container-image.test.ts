import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  IMAGE_NODE,
  IMAGE_PYTHON,
  IMAGE_SHELL,
  imageContents,
} from "../../sandbox/container/image/contents.ts";
import { type ImageEntry, tarOf } from "../../sandbox/container/image/ustar.ts";
import { ConfigError } from "../../src/core/errors.ts";

function contentsHere(): readonly ImageEntry[] | undefined {
  try {
    return imageContents();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
const contents = process.platform === "linux" ? contentsHere() : undefined;

describe("tar stream", () => {
  const entries: readonly ImageEntry[] = [
    { kind: "directory", path: "tmp", mode: 0o1777, mtimeSeconds: 0 },
    { kind: "text", path: "tmp/a", mode: 0o644, mtimeSeconds: 86_400, text: "grüße" },
    { kind: "link", path: "b", mode: 0o777, mtimeSeconds: 0, target: "tmp/a" },
    { kind: "text", path: `${"long/".repeat(30)}name`, mode: 0o111, mtimeSeconds: 0, text: "" },
  ];

  it("is read by tar with the modes, owners, times and contents of its list", async ({ skip }) => {
    skip(spawnSync("tar", ["--version"]).status !== 0, "no tar on this machine");
    const archive = Buffer.concat(await Array.fromAsync(tarOf(entries)));
    expect(archive.length % 512).toBe(0);
    const options = {
      input: archive,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    } as const;
    const list = spawnSync("tar", ["-tv", "--numeric-owner"], options).stdout.trim().split("\n");
    expect(list.map((line) => line.replaceAll(/\s+/g, " "))).toEqual([
      "drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/",
      "-rw-r--r-- 0/0 7 1970-01-02 00:00 tmp/a",
      "lrwxrwxrwx 0/0 0 1970-01-01 00:00 b -> tmp/a",
      `---x--x--x 0/0 0 1970-01-01 00:00 ${"long/".repeat(30)}name`,
    ]);
    expect(spawnSync("tar", ["-xO", "tmp/a"], options).stdout).toBe("grüße");
  });

  it("refuses a path that its format cannot hold", async () => {
    const path = "x".repeat(300);
    const long = tarOf([{ kind: "text", path, mode: 0o644, mtimeSeconds: 0, text: "" }]);
    await expect(Array.fromAsync(long)).rejects.toThrow(RangeError);
  });
});

describe.skipIf(contents === undefined)("image contents (skipped where a part is missing)", () => {
  const list = contents ?? [];
  const entry = (path: string) => list.find((one) => `/${one.path}` === path);

  it("have each interpreter, and Node for execution alone", () => {
    expect(entry(IMAGE_NODE)?.mode).toBe(0o111);
    expect(entry(IMAGE_PYTHON)?.mode).toBe(0o755);
    expect(entry(IMAGE_SHELL)?.mode).toBe(0o755);
    expect(entry("/tmp")?.mode).toBe(0o1777);
  });

  it("hold no set-user-id program, and nothing that others may write but the scratch", () => {
    expect(list.filter(({ mode }) => (mode & 0o6000) !== 0)).toEqual([]);
    const writable = list.filter(({ kind, mode }) => kind !== "link" && (mode & 0o022) !== 0);
    expect(writable.map(({ path }) => path)).toEqual(["tmp"]);
  });

  it("list every folder before what is in it", () => {
    const seen = new Set<string>();
    for (const { path } of list) {
      const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : undefined;
      if (parent !== undefined) expect(seen.has(parent)).toBe(true);
      seen.add(path);
    }
  });
});
