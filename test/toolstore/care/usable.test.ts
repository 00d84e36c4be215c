/** Which tools a request may use, by how sure they are. */
import { expect, it } from "vitest";
import { usableTools } from "../../../toolstore/care/usable.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { sampleTool } from "../sample.ts";

const evidence = (status: "trusted" | "provisional" | "unverified") => ({
  status,
  bits: 1,
  searched: 2,
  heldOut: { passed: 1, total: 1 },
  unsureOn: [],
});

async function store() {
  const tools = memoryToolStore();
  for (const status of ["trusted", "provisional", "unverified"] as const) {
    const lineage = { parents: [], requestId: "maker" };
    await tools.put(sampleTool({ name: status, evidence: evidence(status), lineage }));
  }
  await tools.put(sampleTool({ name: "by_hand" }));
  return tools;
}

const names = async (use: "warn" | "own", requestId: string) => {
  const tools = usableTools(await store(), use, requestId);
  const found = (await tools.search({ text: "the tool called", limit: 10 })).map(
    ({ tool }) => tool,
  );
  const listed = await tools.list();
  expect(found.map(({ name }) => name).sort()).toEqual(listed.map(({ name }) => name).sort());
  return listed.map(({ name }) => name);
};

it("every request may use every tool by default", async () => {
  expect(await names("warn", "other")).toHaveLength(4);
});

it("with `own`, a tool that is not trusted serves only the request that made it", async () => {
  expect(await names("own", "other")).toEqual(["by_hand", "trusted"]);
  expect(await names("own", "maker")).toHaveLength(4);
});
