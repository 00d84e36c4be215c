/** What a home is protected from: damage, loss, other users, and what others put into it. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { type Effects, effectsServer } from "../support/effects.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { walkScript } from "../support/walk-script.ts";

let place: Workplace;
let home: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  place = workplace();
  home = join(place.folder, "home");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  place.remove();
});

const submit = async (objective: string): Promise<string> => {
  const { value } = await place.json(["request", "submit", objective, "--detach"]);
  return (value as { requestId: string }).requestId;
};
interface Listed {
  readonly id: string;
  readonly status: string;
  readonly cause: string;
}
const ls = async (...flags: string[]) =>
  (await place.json(["request", "ls", ...flags])).value as Listed[];

function change(sql: string): void {
  const database = new DatabaseSync(join(home, "trace.db"));
  database.exec(sql);
  database.close();
}

describe("a damaged record", () => {
  it.each([
    ["torn", "UPDATE events SET data = '{\"objec' WHERE id = (SELECT max(id) FROM events)"],
    ["missing", "DELETE FROM events WHERE id = (SELECT max(id) FROM events)"],
    [
      "of another shape",
      "UPDATE events SET volatile = 'x' WHERE id = (SELECT max(id) FROM events)",
    ],
    ["without a status", "UPDATE runs SET status = 'x' WHERE title = 'second'"],
    ["without a kind", "UPDATE runs SET kind = 'x' WHERE title = 'second'"],
    ["without a time", `UPDATE runs SET due_at = ${2n ** 62n} WHERE title = 'second'`],
    ["beyond every number", `UPDATE runs SET events = ${2n ** 62n} WHERE title = 'second'`],
  ])("%s shows its request as damaged, with what to do, beside the others", async (_, sql) => {
    const sound = await submit("first");
    const damaged = await submit("second");
    change(sql);
    const { status, stdout, stderr } = await place.run(["request", "ls"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`${damaged}.*DAMAGED[^]*${sound}.*NOT_STARTED`));
    expect(stderr).toContain(`toolwright traces show ${damaged} --verify`);
    expect((await ls("--status", "damaged")).map(({ id }) => id)).toEqual([damaged]);
    const shown = await place.run(["get", "runs"]);
    expect(shown.stdout).toContain("Damaged");
  });
});

describe("a store that lost its content", () => {
  it.each([
    ["trace.db", 0],
    ["trace.db", 100],
    ["trace.db", 5_000],
    ["tools.db", 0],
  ])("%s of %i bytes is not taken for a new one", async (name, bytes) => {
    await submit("something");
    await place.run(["tools", "ls"]);
    const path = join(home, name);
    truncateSync(path, bytes);
    const { status, stdout, stderr } = await place.run(["tools", "ls", "--json"]);
    expect(status).not.toBe(0);
    expect(stderr).toContain(path);
    expect(stdout).toContain("error");
    expect(statSync(path).size).toBe(bytes);
  });

  it("is noticed by its log alone", async () => {
    await submit("something");
    writeFileSync(join(home, "trace.db-wal"), "a log");
    rmSync(join(home, "trace.db"));
    const { status, stderr } = await place.run(["request", "ls"]);
    expect(status).toBe(1);
    expect(stderr).toContain("found only its log");
  });
});

describe("many requests", () => {
  it("are listed in pages, newest first, up and down", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await submit(`number ${n}`));
    const page = async (...flags: string[]) => (await ls(...flags)).map(({ id }) => id);
    expect(await page()).toEqual(ids);
    expect(await page("--limit", "2")).toEqual(ids.slice(0, 2));
    expect(await page("--limit", "2", "--before", ids[1] ?? "")).toEqual(ids.slice(2, 4));
    expect(await page("--limit", "2", "--after", ids[4] ?? "")).toEqual(ids.slice(2, 4));
    expect(await page("--before", ids[1] ?? "", "--after", ids[4] ?? "")).toEqual(ids.slice(2, 4));
    await place.run(["request", "cancel", ids[3] ?? ""]);
    expect(await page("--status", "canceled", "--limit", "1")).toEqual([ids[3]]);
    expect(await page("--status", "NOT_STARTED", "--limit", "3", "--before", ids[0] ?? "")).toEqual(
      [ids[1], ids[2], ids[4]],
    );
    const { stderr } = await place.run(["request", "ls", "--limit", "2"]);
    expect(stderr).toContain(`--before ${ids[1]}`);
    expect((await place.run(["request", "ls", "--status", "odd"])).status).toBe(2);
  });
});

describe("a home", () => {
  it("is its owner's alone, an older one from its next opening on", async () => {
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    const files = () => readdirSync(home).filter((name) => /\.db/.test(name));
    await submit("something");
    expect(mode(home)).toBe("700");
    for (const name of files()) expect([name, mode(join(home, name))]).toEqual([name, "600"]);
    chmodSync(home, 0o755);
    for (const name of files()) chmodSync(join(home, name), 0o644);
    const { stderr } = await place.run(["request", "ls"]);
    expect(stderr).toContain("Other users of this machine could read");
    expect(mode(home)).toBe("700");
    for (const name of files()) expect([name, mode(join(home, name))]).toEqual([name, "600"]);
    expect((await place.run(["request", "ls"])).stderr).toBe("");
  });
});

const ESCAPES = "\u001b]0;owned\u0007\u001b[2J\u202egnihtemos\u009b31m";
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
const ACTS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
const SECRET = "hunter2-of-the-shop";

async function shop(says: object, onModel = () => {}): Promise<Effects> {
  const effects = await effectsServer(() => says, 1);
  const script = walkScript({
    ground_queries: { data: [], outcomes: [], preferences: [] },
    blind_affordance: {
      potential_tools: [
        { name: "mail", signature: "(order: string) => string", description: "Sends a mail." },
      ],
    },
    plan: {
      reason: `so ${ESCAPES}`,
      steps: [
        { id: "a", kind: "call-tool", tool: "shop__mail", arguments: { order: "7" } },
        { id: "end", kind: "answer", value: { $from: "a" } },
      ],
    },
    answer: { text: `Done ${ESCAPES}`, value: null },
  });
  const model: ModelServer = await modelServer((request) => {
    onModel();
    return script(request);
  });
  closing.push(
    () => effects.close(),
    () => model.close(),
  );
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, "toolwright.config.json"),
    JSON.stringify({
      model: { model: "scripted-7b", baseUrl: `${model.url}/v1` },
      mcpServers: { shop: { url: effects.url } },
    }),
  );
  return effects;
}

describe("what others say", { timeout: 60_000 }, () => {
  it("is shown on a terminal, and does nothing to it", async () => {
    await shop({ content: [{ type: "text", text: `ok ${ESCAPES}` }] });
    const ended = await place.run(["request", `Send a mail ${ESCAPES}`, "--stream"]);
    expect(ended.stdout).toContain("\\u001b]0;owned\\u0007");
    const [request] = await ls();
    expect(request?.status).toBe("SUCCEEDED");
    for (const args of [
      ["request", "ls"],
      ["request", "show", request?.id ?? ""],
      ["traces", "ls"],
      ["traces", "tail"],
      ["get", "events", "--pretty"],
      ["tools", "show", "shop__mail"],
    ]) {
      const said = await place.run(args);
      expect(said.stdout, args.join(" ")).not.toBe("");
      expect(`${said.stdout}${said.stderr}`, args.join(" ")).not.toMatch(ACTS);
    }
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(ACTS);
    const { value } = await place.json(["request", "show", request?.id ?? ""]);
    expect(value).toMatchObject({ objective: `Send a mail ${ESCAPES}` });
  });

  it("keeps no secret of a tool's error in the library, nor shows one", async () => {
    const environment = { SHOP_TOKEN: SECRET };
    await shop({ isError: true, content: [{ type: "text", text: `token ${SECRET} refused` }] });
    await place.run(["request", "Send a mail"], { environment });
    for (const args of [
      ["tools", "show", "shop__mail", "--json"],
      ["tools", "stats", "shop__mail", "--json"],
    ]) {
      const { stdout } = await place.run(args, { environment });
      expect(stdout).toContain("refused");
      expect(stdout).not.toContain(SECRET);
    }
    for (const name of readdirSync(home).filter((each) => /\.db/.test(each))) {
      expect(readFileSync(join(home, name)).includes(SECRET), name).toBe(false);
    }
  });
});

it("a home that is removed under a request lets nothing be called a success", {
  timeout: 60_000,
}, async () => {
  const kept = join(place.folder, "config.json");
  await shop({ content: [{ type: "text", text: "ok" }] }, () => {
    if (readdirSync(place.folder).includes("home")) {
      cpSync(join(home, "toolwright.config.json"), kept);
      rmSync(home, { recursive: true });
    }
  });
  const { status, stdout, stderr } = await place.run(["request", "Send a mail"]);
  expect(status).toBe(1);
  expect(stdout).not.toContain("Done");
  expect(stderr).toContain("TRACE_LOST");
});

it("a pattern that would search for ever ends with advice, and others find what they did", async () => {
  const id = await submit(`${"a".repeat(60)}!`);
  const slow = await place.run(["traces", "grep", "(a+)+$"]);
  expect(slow.status).toBe(2);
  expect(slow.stderr).toContain("SLOW_PATTERN");
  const found = await place.json(["traces", "grep", '(?<="objective":")a{60}', "--limit", "1"]);
  expect(found.value).toMatchObject([{ run: id, type: "request-submit" }]);
  expect((await place.run(["traces", "grep", "no such words"])).status).toBe(1);
}, 30_000);
