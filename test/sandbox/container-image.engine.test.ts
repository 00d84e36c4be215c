import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ImageEntry, tarOf } from "../../sandbox/container/image/archive.ts";
import {
  IMAGE_NODE,
  IMAGE_PYTHON,
  IMAGE_SHELL,
  imageContents,
} from "../../sandbox/container/image/contents.ts";
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

  it("holds paths and targets of any length", async ({ skip }) => {
    skip(spawnSync("tar", ["--version"]).status !== 0, "no tar on this machine");
    const common = { mode: 0o644, mtimeSeconds: 0 };
    const archive = tarOf([
      { kind: "text", path: "x".repeat(300), ...common, text: "long" },
      { kind: "link", path: "link", ...common, target: "y".repeat(300) },
    ]);
    const input = Buffer.concat(await Array.fromAsync(archive));
    const { stdout } = spawnSync("tar", ["-tv"], { input, encoding: "utf8" });
    const [file, link] = stdout.trim().split("\n");
    expect(file?.endsWith(` ${"x".repeat(300)}`)).toBe(true);
    expect(link?.endsWith(` link -> ${"y".repeat(300)}`)).toBe(true);
  });

  describe("of files on the disk", () => {
    const folder = mkdtempSync(join(tmpdir(), "archive-"));
    afterAll(() => rmSync(folder, { recursive: true }));
    const file = (name: string, content: string, bytes: number): ImageEntry => {
      writeFileSync(join(folder, name), content);
      return {
        kind: "file",
        path: name,
        from: join(folder, name),
        bytes,
        mode: 0o644,
        mtimeSeconds: 0,
      };
    };

    it("takes as many bytes as were listed, whatever a file has grown by", async ({ skip }) => {
      skip(spawnSync("tar", ["--version"]).status !== 0, "no tar on this machine");
      const long = "0123456789".repeat(50_000);
      const archive = tarOf([
        file("a", "abcdef", 3),
        file("b", "grown", 0),
        file("c", long, 500_000),
      ]);
      const input = Buffer.concat(await Array.fromAsync(archive));
      const read = (name: string) => spawnSync("tar", ["-xO", name], { input, encoding: "utf8" });
      expect([read("a").stdout, read("b").stdout]).toEqual(["abc", ""]);
      expect(read("c").stdout).toBe(long);
    });

    it("fails where a file is shorter than listed, or gone", async () => {
      const short = tarOf([file("short", "abc", 10)]);
      await expect(Array.fromAsync(short)).rejects.toThrow(RangeError);
      const gone = tarOf([{ ...file("gone", "", 5), from: join(folder, "nowhere") } as ImageEntry]);
      await expect(Array.fromAsync(gone)).rejects.toThrow("ENOENT");
    });
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
